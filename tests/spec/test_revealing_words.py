"""Words that reveal a kind of care are found: by lists written without a look at the patterns, in both languages, disguised."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsched_adapters.ehr.rest.wording import TEMPLATES, lint_all, read_templates, written_time
from hsched_adapters.words import Words
from hsched_core.messages.lint import LANGUAGES, lint, rendered, revealing
from tests.path_world import NOON

ENGLISH = [
    "therapy",
    "therapist",
    "teletherapy",
    "psychotherapy",
    "hypnotherapy",
    "psychiatrist",
    "psychiatry",
    "telepsychiatry",
    "psychologist",
    "psychology",
    "psychiatric nurse",
    "counseling",
    "counselor",
    "counsellor",
    "behavioral health",
    "behavioural health",
    "mental health",
    "depression",
    "depressive",
    "anxiety",
    "anxious",
    "bipolar",
    "schizophrenia",
    "psychosis",
    "trauma",
    "PTSD",
    "ADHD",
    "OCD",
    "autism",
    "suicidal",
    "suicide prevention",
    "crisis line",
    "addiction",
    "addict",
    "addictions",
    "substance use",
    "alcohol program",
    "drug testing",
    "opioid",
    "opioids",
    "methadone",
    "suboxone",
    "buprenorphine",
    "naloxone",
    "vivitrol",
    "heroin",
    "cocaine",
    "meth",
    "fentanyl",
    "detox",
    "detoxification",
    "rehab",
    "rehabilitation",
    "recovery center",
    "sober living",
    "sobriety",
    "relapse prevention",
    "overdose",
    "meds",
    "medication",
    "prescription",
    "prescriber",
    "Zoloft",
    "Xanax",
    "Adderall",
    "lithium",
    "antidepressants",
    "symptoms",
    "diagnosis",
    "disorder",
    "eating disorder",
    "anorexia",
    "bulimia",
    "panic",
    "panic attacks",
    "phobia",
    "insomnia",
    "anger",
    "anger management",
    "grief",
    "bereavement",
    "EMDR",
    "DBT",
    "CBT",
    "IOP",
    "LMFT",
    "LCSW",
    "PsyD",
    "couples",
    "marriage counseling",
    "domestic violence",
    "abuse",
    "intake",
    "assessment",
    "session",
    "group",
    "treatment",
    "wellness",
    "emotional support",
    "inpatient",
    "self-harm",
    "mindfulness",
    "gambling",
    "postpartum",
    "withdrawal",
    "shrink",
    "codependency",
]
SPANISH = [
    "terapia",
    "terapeuta",
    "teleterapia",
    "psicoterapia",
    "hipnoterapia",
    "psiquiatra",
    "psiquiatría",
    "siquiatra",
    "telepsiquiatría",
    "psicólogo",
    "psicóloga",
    "psicología",
    "sicólogo",
    "sicología",
    "consejería",
    "consejero",
    "asesoramiento",
    "salud mental",
    "salud conductual",
    "salud del comportamiento",
    "depresión",
    "depresivo",
    "ansiedad",
    "bipolar",
    "esquizofrenia",
    "psicosis",
    "trauma",
    "TEPT",
    "TDAH",
    "TOC",
    "autismo",
    "suicidio",
    "prevención del suicidio",
    "crisis",
    "adicción",
    "adicto",
    "adicta",
    "adicciones",
    "sustancias",
    "alcoholismo",
    "alcohol",
    "drogas",
    "drogadicción",
    "opioides",
    "metadona",
    "buprenorfina",
    "naloxona",
    "heroína",
    "cocaína",
    "marihuana",
    "fentanilo",
    "desintoxicación",
    "rehabilitación",
    "recuperación",
    "sobriedad",
    "sobrio",
    "recaída",
    "sobredosis",
    "medicación",
    "medicamentos",
    "receta, recetado",
    "antidepresivos",
    "ansiolíticos",
    "litio",
    "pastillas",
    "síntomas",
    "diagnóstico",
    "trastorno",
    "trastorno alimenticio",
    "anorexia",
    "bulimia",
    "pánico",
    "ataques de pánico",
    "fobia",
    "insomnio",
    "manejo de la ira",
    "duelo",
    "abuso",
    "violencia",
    "parejas",
    "terapia de pareja",
    "matrimonial",
    "evaluación",
    "sesión",
    "grupo",
    "grupo de apoyo",
    "tratamiento",
    "emocional",
    "bienestar",
    "internamiento",
    "autolesión",
    "ludopatía",
    "posparto",
    "abstinencia",
    "paranoia",
    "alucinaciones",
    "obsesivo",
    "compulsivo",
    "doce pasos",
    "loquero",
    "esquizofrénico",
    "hospitalización",
    "delirios paranoides",
    "codependencia",
    "maníaco",
]
INNOCENT = [
    *(
        "your appointment",
        "your visit on Friday at 3:30 PM",
        "Angers Street",
        "1200 Angers Street, Suite 4B",
        "Elm Street Clinic",
        "Dr. Vale's office",
    ),
    *(
        "Consultorio Álvarez",
        "su cita del viernes 13, 4:00 pm",
        "Medford Family Practice",
        "Clínica Medina",
        "Fundamental Care",
        "See you at 10am!",
    ),
    *(
        "Reply YES to keep it, or call us.",
        "Responda SÍ para confirmarla.",
        "Sentimental Journey Dental",
        "Methodist Hospital",
        "Harbor Medical",
    ),
    *(
        "call 555-0123 or e-mail hello@elm.example",
        "https://elm.example/o/abc-123",
        "Panamá Street",
        "the 2nd floor",
        "Dr. Ira Stone's office",
    ),
    *(
        "Grove & Park",
        "Department 7",
        "St. Mary's",
        "Hope Street Office",
        "Manicure",
        "a time on Tuesday may become free",
        "Actor's Lane",
        "Mr. Pill",
    ),
    *(
        "su hora del martes",
        "edificio B, piso 3",
        "Avenida Central 12",
        "Oficina del Dr. Conde",
        "llegue 10 min antes",
        "24/7",
        "Tocumen",
        "Ocdale",
    ),
    *(
        "Experimental Aircraft Museum parking",
        "Heroine Street",
        "the Rapids office",
        "Pasaje Iturbide",
        "Dra. Droz",
        "Bumble & Co",
        "Thera Street",
    ),
]


def test_the_lists_are_as_long_as_they_have_to_be() -> None:
    assert len(set(ENGLISH)) >= 80
    assert len(set(SPANISH)) >= 80


@pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=LANGUAGES)
def test_every_revealing_word_is_found_in_a_sentence(words: list[str]) -> None:
    assert [one for one in words if not revealing(f"Elm Street: see you on Friday at 3 about {one}.")] == []
    assert [one for one in words if not revealing(one.upper())] == []


def test_what_everybody_has_is_not_found() -> None:
    assert [(one, revealing(one)) for one in INNOCENT if revealing(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        "th3rapy",
        "t-h-e-r-a-p-y",
        "thеrapy",
        "t h e r a p y",
        "ther.apy",
        "t.h.e.r.a.p.y",
        "p5ych",
        "cоunseling",
        "rehαb",
        "ｔｈｅｒａｐｙ",
        "terap1a",
        "p$ychiatry",
        "add1ct",
        "det0x",
        "anx!ety",
        "the-rapist",
        "THΕRAPY",
        "ps_ych",
        "the\N{SOFT HYPHEN}rapy",
        "d3pr3sión",
        "ѕuicidal",
        "r3hab",
    ],
)
def test_a_disguised_word_is_found(text: str) -> None:
    """Figures and signs for letters, letters of other alphabets, what is put between letters. Words torn by one space are not."""
    assert revealing(text)


@settings(max_examples=50)
@given(st.sampled_from([one for one in (*ENGLISH, *SPANISH) if one.isalpha() and len(one) > 6]), st.data())
def test_one_figure_or_one_hyphen_hides_no_word(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    figure = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7"}.get(word[at].casefold(), word[at])
    assert revealing(word[:at] + figure + word[at + 1 :])
    assert revealing(f"{word[:at]}-{word[at:]}")


@pytest.mark.parametrize("name", sorted(read_templates(TEMPLATES)))
def test_no_shipped_template_holds_any_word_of_these_lists(name: str) -> None:
    """Without the patterns: letter for letter."""
    for language in LANGUAGES:
        text = rendered(
            read_templates(TEMPLATES)[name][language],
            language,
            "Elm",
            {"when": written_time(NOON, language), "until": written_time(NOON, language), "link": "https://elm.example/o/a"},
        ).casefold()
        assert [word for word in (*ENGLISH, *SPANISH) if f" {word.casefold()} " in f" {text} "] == []


@pytest.mark.parametrize("sender", ["Harbor Psiquiatria y Teletherapy", "Hope Recovery Center", "Elm C0unseling"])
def test_the_name_that_signs_is_looked_at_with_a_connection_and_without(sender: str, tmp_path) -> None:
    """`hsched reminders lint` asks this; without a connection it is the practice's own name."""
    told = Words(tmp_path, sender, (), lambda _case: "https://elm.example/o/a").problems()
    assert {(one.template, one.rule) for one in told if one.rule == "revealing"} == {("the sender", "revealing")}
    assert [one for one in lint_all(read_templates(TEMPLATES), sender="Elm Street") if one.rule == "revealing"] == []


@pytest.mark.parametrize("text", ["{sender}: su cita con el psiquiatra", "{sender}: your meds", "{sender}: t-e-l-e-therapy"])
def test_a_template_that_reveals_is_a_problem(text: str) -> None:
    assert "revealing" in [one.rule for one in lint("x", {"en": text, "es": "{sender}: hola"})]
