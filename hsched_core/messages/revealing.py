"""Words that tell a reader over the shoulder what kind of care it is, who is seen with whom, or why: found however they are written.

Some are looked for inside other words ("teletherapy"), some at the beginning of one, abbreviations and short words as a whole. "Clinic"
or "doctor" are not among them: everybody has one.
"""

import re
import unicodedata
from collections.abc import Iterator

# Inside any word: no ordinary word has them.
_INSIDE = r"""
    therap terap psych psiq psicol psicot psicop psicos siquiatr sicolog sicoterap counsel asesoramient conselin rehab detox desintox suicid
    schizo esquizo bipolar methadon metadon buprenorph buprenorf suboxone opioid opiace overdos sobredos addict adicci adicto adicta
    behavio comportamient anorexi bulimi
"""
# At the beginning of a word.
_BEGINNING = r"""
    mental depress depresi anxi ansie trauma autis crisis substance sustanc alcohol alcoh drug drog recovery recuperaci sober sobri
    relaps recaid recaer diagnos disorder trastorn treatment tratam medicat medicam medicaci prescri recetad symptom sintom session sesion
    intake wellness bienestar emotion emocion grief griev bereave duelo abuse abuso abusiv domestic couple marriage marital group grup
    assessment evaluation evaluaci conducta conductual consejer consejo pareja matrimoni panico panick phobi fobia obsessi obsesi compulsi
    insomni hallucin alucin psy\b psicos delus paranoi narcan naloxon naltrexon vivitrol fentan heroin\b heroina\b cocain marijuana
    marihuana
    cannabis antidepress antidepresi antipsych antipsic ansiolitic benzodiaz adderall ritalin xanax zoloft prozac lexapro seroquel abilify
    lithium litio\b sertralin fluoxetin clonazepam alprazolam rivotril inpatient outpatient hospitaliz internamient withdrawal abstinen
    codepend codepen mindful self.?harm autolesi autoles coping stress.?manage manejo.del?.estres eating.dis gambling ludopat
    postpartum posparto hypno hipno neuropsic neurofeed support.group grupo.de.apoyo meltdown selfharm
"""
# Whole words and short forms.
_WHOLE = r"""
    meds anger panic pills pastillas manic mania maniaco maniaca ocd toc ptsd tept adhd tdah bpd emdr dbt cbt iop php lmft lcsw lpc
    lmhc lcpc
    psyd bcba ssri meth crack binge purge cutting shrink loquero al-anon alanon 12.step 12.steps twelve.step doce.pasos
    (?:manejo|control).de.(?:la.)?ira halfway.house sober.living casa.hogar mat.program violencia violence trans gender genero
"""


def _one_of(stems: str, before: str, after: str) -> str:
    return (
        before
        + "(?:"
        + "|".join(stem.replace(".", "[ -]?") if "[" not in stem and "?" not in stem else stem for stem in stems.split())
        + ")"
        + after
    )


REVEALING = re.compile("|".join((_one_of(_INSIDE, "", ""), _one_of(_BEGINNING, r"\b", ""), _one_of(_WHOLE, r"\b", r"\b"))))
# Letters of other alphabets that look like ours.
ALIKE = str.maketrans(
    "асеіјорѕухһԁԛԝвкмнтпгѵɡɑαεικνορτυχηβıłøđʀʏᴀᴇᴛʜᴘ",
    "aceijopsuxhdqwbkmhtnrvgaaeikvoptuxnbilodryaethp",
)
FIGURES = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "+": "t"}
ONE = "1!|"  # stands for an i or an l
WITH_FIGURES = re.compile(r"[a-z0-9@$+!|]*[a-z][a-z0-9@$+!|]*")
SPACED = re.compile(r"(?<![a-z])(?:[a-z][ ._*-]){3,}[a-z](?![a-z])")
BETWEEN = re.compile(r"(?<=[a-z])[-_.*·•'’`~^/|]+(?=[a-z])")


def plain(text: str) -> str:
    """Small letters without accents, and without what is not seen between them."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one) and unicodedata.category(one) != "Cf")


def readings(text: str) -> Iterator[str]:
    """The text as an eye may read it: with look-alike letters and figures for what they stand for, without what is put between letters."""
    shown = plain(text).translate(ALIKE)
    yield shown
    for one in ("i", "l"):
        read = _with_letters(shown, str.maketrans({**FIGURES, **dict.fromkeys(ONE, one)}))
        yield read
        yield BETWEEN.sub("", SPACED.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), read))


def _with_letters(shown: str, figures: dict[int, str]) -> str:
    """Figures and signs within words as the letters they stand for."""
    return WITH_FIGURES.sub(lambda found: found[0].translate(figures), shown)


def revealing(text: str) -> tuple[str, ...]:
    """Words or parts of words in the text that name a kind of care."""
    return tuple(dict.fromkeys(found for read in dict.fromkeys(readings(text)) for found in REVEALING.findall(read)))
