"""The lint of messages: nothing that reveals, nothing the practice does not want read, nothing too long; and the shipped ones pass it."""

from itertools import product
from pathlib import Path

import pytest

from hsched_adapters.ehr.rest.wording import (
    TEMPLATES,
    fields_by_template,
    laid_over,
    lint_all,
    load_templates,
    read_templates,
    words_on,
    written_time,
)
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SettingsError
from hsched_core.messages.lint import LANGUAGES, STOP, UNNAMED, WIDEST, lint, plain, rendered, revealing, without_link
from tests.path_world import NOON

SHIPPED = read_templates(TEMPLATES)
SENDERS = ("your provider's office", "Elm Street", "Dr. Vale's office", "Consultorio Álvarez")
MOMENTS = [written_time(NOON.replace(month=month, day=day), language) for month in (2, 9) for day in (4, 28) for language in LANGUAGES]
BOTH = {"en": "{sender}: see you.", "es": "{sender}: nos vemos."}


def rules(**texts: str) -> list[str]:
    return [problem.rule for problem in lint("x", {**BOTH, **texts})]


@pytest.mark.parametrize(("name", "language"), list(product(SHIPPED, LANGUAGES)))
def test_no_shipped_template_reveals_anything_whatever_is_filled_in(name: str, language: str) -> None:
    """Rendered with every sender, moment and link; as a text and as something longer."""
    for sender, when, as_text in product(SENDERS, MOMENTS, (True, False)):
        values = {"when": when, "until": when, "link": "https://example.org/o/abc"}
        assert revealing(rendered(SHIPPED[name][language], language, sender, values, as_text=as_text)) == ()


def test_every_shipped_template_passes_the_whole_lint() -> None:
    """Also its length, with how to end texts, for a usual name of a practice."""
    assert [str(one) for one in lint_all(SHIPPED, sender="your provider's office")] == []


def test_the_widest_moment_is_the_widest() -> None:
    """The length is counted with it: no date is longer in either language."""
    moments = [NOON.replace(month=month, day=28, hour=hour) for month in range(1, 13) for hour in range(24)]
    assert max(len(written_time(one, language)) for one in moments for language in LANGUAGES) <= len(WIDEST["when"])


@pytest.mark.parametrize(
    "text",
    [
        "your therapy hour",
        "THÉRAPY",
        "the\N{SOFT HYPHEN}rapy",
        "the\N{ZERO WIDTH SPACE}rapy",
        "Behavioral Health",
        "recovery group",
        "su sesión de psicología",
        "ｔｈｅｒａｐｙ",
    ],
)
def test_revealing_words_are_found_however_they_are_written(text: str) -> None:
    """Accents, capitals, hyphens nobody sees, letters of another width."""
    assert "revealing" in rules(en="{sender}: " + text)


def test_the_practices_own_words_are_refused_too() -> None:
    """A programme's name tells as much as a diagnosis (42 CFR Part 2); so does a clinician's name that everybody knows."""
    text = {**BOTH, "en": "{sender}: New Dawn House expects you."}

    assert [one.rule for one in lint("x", text, own=["new dawn"])] == ["own_words"]
    assert [one.rule for one in lint("x", text, own=["Ñew Dáwn"])] == ["own_words"]
    assert lint("x", text, own=["awn", "  ", ""]) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{sender}: your balance is due.", "selling"),
        ("{sender}: su factura.", "selling"),
        ("See you on {when}.", "sender"),
        ("{sender}: hello {client}.", "fields"),
        ("{sender: hello", "form"),
        ("{sender}: " + "very " * 30 + "long.", "length"),
    ],
)
def test_other_mistakes_are_named(text: str, rule: str) -> None:
    """Money, no sender, unknown fields, braces that do not close, length."""
    assert rules(en=text) == [rule]


def test_a_template_is_there_in_both_languages_and_no_other() -> None:
    """A client who reads Spanish is not sent English because nobody wrote it."""
    assert [one.rule for one in lint("x", {"en": BOTH["en"]})] == ["languages"]
    assert [one.rule for one in lint("x", {**BOTH, "fr": "{sender}"})] == ["languages"]


def test_a_practices_own_templates_take_the_place_of_ours(tmp_path: Path) -> None:
    """And are refused like ours, with every problem and the remedy."""
    file = tmp_path / "messages.yaml"
    file.write_text("visit_reminder: {en: '{sender}: until {when}!', es: '{sender}: ¡hasta el {when}!'}", encoding="utf-8")
    assert load_templates(home=tmp_path)["visit_reminder"]["en"] == "{sender}: until {when}!"
    assert load_templates(home=tmp_path)["waitlist_offer"] == SHIPPED["waitlist_offer"]

    file.write_text("visit_reminder: {en: '{sender}: your therapy, at Hope House', es: '{sender}: su terapia'}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"therap.*Hope.*terap.*hsched reminders lint"):
        load_templates(home=tmp_path, own=["Hope"])

    for broken in ("- a list", "visit_reminder: [", "x: text"):
        file.write_text(broken, encoding="utf-8")
        with pytest.raises(SettingsError, match=r"messages\.yaml"):
            load_templates(home=tmp_path)


def test_without_its_pages_a_practice_writes_the_same_words_but_the_sentence_with_the_link() -> None:
    """What is nothing but that sentence stays: an offer cannot be answered otherwise."""
    assert without_link("{sender}: see you. Reply YES. Or here: {link}") == "{sender}: see you. Reply YES."
    assert without_link("{sender}: take it here: {link}") == "{sender}: take it here: {link}"
    linked = {name: texts for name, texts in SHIPPED.items() if "{link}" in texts["en"] and name != "waitlist_offer"}
    asking = {"reminder_confirm", "reminder_again", "group_rsvp"}
    assert linked.keys() == {"visit_reminder", "visit_not_moved", *asking, *(f"{name}.mail" for name in asking)}
    left = {name: {language: without_link(text) for language, text in texts.items()} for name, texts in linked.items()}
    assert not any("{link}" in text or "{when}" not in text for texts in left.values() for text in texts.values())
    assert [str(one) for one in lint_all(left)] == []


def test_plain_text_keeps_what_is_read_and_drops_what_is_not() -> None:
    """What the patterns are compared with."""
    assert plain("Se\N{ZERO WIDTH JOINER}sióN") == "sesion"
    assert set(STOP) == set(LANGUAGES)


def test_by_mail_nobody_is_asked_to_reply() -> None:
    """What asks a text's reader for a YES has other words where nobody reads an answer; a practice's own words stand on every channel."""
    templates = load_templates()
    for name in ("reminder_confirm", "reminder_again", "group_rsvp", "standby_offer"):
        for channel in (Channel.EMAIL, Channel.PORTAL):
            told = words_on(channel, name, templates)
            assert told
            assert not any("Reply" in text or "Responda" in text for text in told.values())
        assert "Reply YES" in (words_on(Channel.TEXT, name, templates) or {})["en"]

    own = laid_over(templates, {"reminder_confirm": {"en": "{sender}: {when}?", "es": "{sender}: ¿{when}?"}})
    assert words_on(Channel.EMAIL, "reminder_confirm", own) == own["reminder_confirm"]
    assert words_on(Channel.EMAIL, "nothing_of_ours", templates) is None


def test_no_shipped_template_but_the_texts_asks_for_a_reply() -> None:
    """So a new template that asks by mail too is noticed."""
    templates = load_templates()
    asking = {
        name for name in fields_by_template() if any("Reply" in text for text in (words_on(Channel.EMAIL, name, templates) or {}).values())
    }

    assert asking == set()


def test_what_messages_ask_for_is_read_once_however_many_cards_a_page_shows() -> None:
    """A queue of 25 cards asked some 40 times, and each time every text was read and checked: seconds for a page."""
    assert fields_by_template() is fields_by_template()
    with pytest.raises(TypeError):
        fields_by_template()["visit_reminder"] = frozenset()  # type: ignore[index]  # that it refuses is the point


def test_a_practice_without_a_name_signs_in_each_language_and_fits_into_one_text() -> None:
    """A name of its own stays as it is."""
    signatures = [rendered("{sender}", language, UNNAMED["en"], as_text=False) for language in LANGUAGES]

    assert signatures == ["your provider's office", "la oficina de su proveedor"]
    assert rendered("{sender}", "es", "Elm Street", as_text=False) == "Elm Street"
    assert [str(one) for one in lint_all(load_templates(), sender=UNNAMED["en"])] == []
