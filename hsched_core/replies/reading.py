"""`read`: from a text to what it is about. Danger first, then the wish to be left alone, then appointments, then nothing that is
    understood.

Rules only, and the same ones for both languages at once: people mix them. A text of several words about somebody that no rule
understands is treated as danger until a person has read it: what is oblique cannot be listed.
"""

import re
from collections.abc import Iterable, Mapping

from hsched_core.domain.replies import WITH_PICTURES, Intent, Reading
from hsched_core.replies import scheduling_english as english
from hsched_core.replies import scheduling_spanish as spanish
from hsched_core.replies.clinical import CLINICAL
from hsched_core.replies.crisis_english import ENGLISH
from hsched_core.replies.crisis_spanish import SPANISH
from hsched_core.replies.danger_words import DANGER_WORDS
from hsched_core.replies.endings import ENDINGS
from hsched_core.replies.innocent import without_innocent
from hsched_core.replies.language import language_of
from hsched_core.replies.moments import said
from hsched_core.replies.plain import (
    asks_only_the_way,
    hedged,
    is_a_way_of_speaking,
    is_another_matter,
    is_everyday,
    is_plain_stop,
    is_plain_yes,
    says_much_else,
)
from hsched_core.replies.rules import matching
from hsched_core.replies.signs_english import SIGNS_ENGLISH
from hsched_core.replies.signs_spanish import SIGNS_SPANISH
from hsched_core.replies.small_talk import small_talk
from hsched_core.replies.stops import ONLY, only, without_denied
from hsched_core.replies.violence_english import VIOLENCE_ENGLISH
from hsched_core.replies.words import Words, words_of

DANGER = (*ENGLISH, *VIOLENCE_ENGLISH, *SPANISH, *SIGNS_ENGLISH, *SIGNS_SPANISH, *ENDINGS, *DANGER_WORDS, *CLINICAL)
TABLES = {
    Intent.OPT_OUT: (*english.OPT_OUT, *spanish.OPT_OUT),
    Intent.CANCEL: (*english.CANCEL, *spanish.CANCEL),
    Intent.MOVE: (*english.MOVE, *spanish.MOVE),
    Intent.LATE: (*english.LATE, *spanish.LATE),
    Intent.QUESTION: (*english.QUESTION, *spanish.QUESTION),
    Intent.CONFIRM: (*english.CONFIRM, *spanish.CONFIRM),
}
EVERY_RULE = tuple(rule for known in TABLES.values() for rule in known)
# Run together, or with signs between the letters.
SQUEEZED = re.compile(
    r"killmys|killmeself|suicid|endmylife|enditall|wanttodie|wannadie|wishiwasdead|hurtmys|quieromorir|matarme|quitarmelavida|unalive"
)
SOMEBODY = re.compile(
    r"\b(?:i|im|ive|ill|id|my|me|mine|he|she|they|his|her|him|them|hes|shes|theyre|we|us|our|someone|somebody|everyone|nobody|kid"
    r"|kids|baby|mom|dad|brother"
    r"|sister|yo|mi|mis|me|se|nos|ella|ellos|alguien|nadie|todos|hijo|hija|mama|papa|esposo|esposa|soy|estoy|tengo|siento)\b"
)
# A name that is not theirs, which only its capital tells from "I'm not sure".
NOT_NAMED = re.compile(
    r"(?i:\b(?:this is(?: not|n.?t)|i.?m not|i am not|no soy|aqu[ií] no vive(?: ning[uú]na?)?|no es el n[uú]mero de)) [A-Z][a-z]+\b"
)
# What makes a text about the visit itself, though no rule says in which way: a person reads it, without haste.
LOGISTICS = re.compile(
    r"\b(?:appointments?|sessions?|visits?|office|building|room|door|entrance|floor|forms?|paperwork|portal|on hold|(?:stop|drop"
    r"|swing|come|pass) by|link|video|zoom"
    r"|insurance|bill|card"
    r"|membership|services|front desk|\d+ ?[ap]m|schedule|cita|hora|llamada|oficina|puerta|formulario|seguro|entrada|piso|horario)\b"
)
# What takes the haste off a door or a room no longer: somebody is at it, or it cannot be found any more.
NOT_ABOUT_THE_PLACE = re.compile(
    r"\b(?:ex|he|hes|him|his|husband|boyfriend|they|theyre|stepdad|anymore|dark|darkness|alone|alive|waiting for me|follow\w*|watching"
    r"|never|ever"
    r"|marido|esposo|novio|alguien|sol[ao]|oscuro|nunca|jamas|esperandome|sigue|siguen|life|vida)\b"
)
AROUND = re.compile(
    r"^(?:(?:hi|hello|hey|hola|emojikind|yes|si|ok|okay|stop|thanks|gracias) )+"
    r"|(?: (?:emojikind|emojiyes|thanks|gracias|please|yes|stop|sent from my \w+))+$"
)
MOST_TORN = 3  # words that may be one word torn apart
ONLY_YES = ({Intent.CONFIRM: ["confirm.yes"]}, {Intent.UNCLEAR: ["unclear.yes_but"]})  # no other word of theirs is understood
NEED_NOBODY = frozenset({Intent.CONFIRM, Intent.OPT_OUT})  # what is done without a person
FEWEST_WORDS, MANY_WORDS = 4, 5  # of a text that no rule understands, from which it is treated as danger: about somebody, and at all
AGREED = re.compile(
    r"^(?:[ .]|\b(?:hi|hello|hey|hola|ok|okay|yes|yep|yup|yeah|yea|ya|sure|si|sip|claro|simon|orale|pues|emojiyes|good|morning)\b)+"
)


NAMES_TIME = "confirm.names_time"  # with a yes: what it names has to be held against the visit
# The word alone, as carriers have it answered. With anything beside it, even a "!", it calls somebody.
KEYWORD = re.compile(r"\s*(?:help|ayuda|info)[.\s]*", re.IGNORECASE)


def read(text: str) -> Reading:
    """How a message is understood. Any text can be given: long ones are cut, empty ones are unclear."""
    if KEYWORD.fullmatch(text):
        return Reading(Intent.QUESTION, language_of(words_of(text).plain), ("question.help_keyword",))
    words = words_of(text.replace(WITH_PICTURES, ""))
    danger = _danger(words)
    found = dict(_scheduling(words))
    if not danger and _unread(words, found):
        danger = ["unread.personal"]
    if danger:
        found = {Intent.CRISIS: danger, **found}
    elif left := _left_to_a_person(words, found, has_pictures=WITH_PICTURES in text):
        found[Intent.UNCLEAR] = [left]
    if not found:
        return _of_a_part(_small(words)) if words.is_cut else _small(words)
    if Intent.CONFIRM in found and said(words.raw):
        found[Intent.CONFIRM] = [*found[Intent.CONFIRM], NAMES_TIME]
    ordered = [intent for intent in Intent if intent in found]
    rules = tuple(name for intent in ordered for name in found[intent])
    reading = Reading(ordered[0], language_of(words.plain), rules, tuple(ordered[1:]))
    return _of_a_part(reading) if words.is_cut and not danger else reading


def _left_to_a_person(words: Words, found: Mapping[Intent, list[str]], *, has_pictures: bool) -> str:
    """Why a person looks at it beside what was understood; empty where nobody needs to."""
    if has_pictures:
        return "unclear.pictures"
    if ONLY.keys() & set(found.get(Intent.OPT_OUT, ())):
        return "unclear.one_channel"
    if Intent.CONFIRM in found and (is_another_matter(words) or (Intent.QUESTION in found and not asks_only_the_way(words))):
        return "unclear.another_matter"
    needs_nobody = bool(found) and found.keys() <= NEED_NOBODY
    return "unclear.rest" if needs_nobody and not _is_plain(words, found) else ""


def _is_plain(words: Words, found: Mapping[Intent, list[str]]) -> bool:
    """Whether nothing is said beside the wishes of which a machine takes care by itself."""
    return is_plain_stop(words, TABLES[Intent.OPT_OUT]) if Intent.OPT_OUT in found else is_plain_yes(words)


def _danger(words: Words) -> list[str]:
    told = without_innocent(words.plain)
    sentences = [without_innocent(one) for one in (*words.sentences, AROUND.sub("", words.plain))]
    names = list(dict.fromkeys(name for one in (told, *sentences) for name in matching(DANGER, one)))
    pieces = [*told.split(), told.replace(" ", "") if words.count <= MOST_TORN else ""]
    if not names and any(SQUEEZED.search(piece) for piece in pieces):
        names.append("crisis.run_together")
    return names


def _scheduling(words: Words) -> Iterable[tuple[Intent, list[str]]]:
    """Every intent about appointments that the text has, after those that only seem to be there are dropped."""
    found = {intent: list(matching(known, words.plain)) for intent, known in TABLES.items()}
    found |= _wish_to_be_left_alone(words, found)
    if NOT_NAMED.search(words.raw):
        found[Intent.OPT_OUT].append("opt_out.other_name")
    if found[Intent.MOVE] or "question.about_cancelling" in found[Intent.QUESTION]:
        found[Intent.CANCEL] = []  # "can't make Tuesday, is Friday free?" asks for Friday
    if found[Intent.CANCEL] or found[Intent.OPT_OUT]:
        found[Intent.CONFIRM] = []
    if found[Intent.LATE] or found[Intent.MOVE]:
        found[Intent.CONFIRM] = [name for name in found[Intent.CONFIRM] if name == "confirm.yes"]
        found[Intent.QUESTION] = []
    if found[Intent.QUESTION] and not words.asks and found[Intent.CONFIRM] and "confirm.yes" not in found[Intent.CONFIRM]:
        found[Intent.QUESTION] = []
    found |= _yes(words, found)
    if words.asks and found[Intent.CONFIRM] and not found[Intent.LATE] and not found[Intent.MOVE]:
        found[Intent.QUESTION] = found[Intent.QUESTION] or ["question.mark"]
    return [(intent, names) for intent, names in found.items() if names]


def _wish_to_be_left_alone(words: Words, found: Mapping[Intent, list[str]]) -> dict[Intent, list[str]]:
    """How far it goes: not at all where it is denied or another person's, to one channel where another one is asked for."""
    if one_channel := only(words):
        return {Intent.OPT_OUT: [*one_channel], Intent.QUESTION: [], Intent.MOVE: [], Intent.CONFIRM: []}
    meant = without_denied(words)
    if meant == words.plain or not found[Intent.OPT_OUT]:
        return {}
    left = list(matching(TABLES[Intent.OPT_OUT], meant))
    return {Intent.OPT_OUT: left} if left else {Intent.OPT_OUT: [], Intent.UNCLEAR: ["unclear.denied_stop"]}


def _yes(words: Words, found: Mapping[Intent, list[str]]) -> dict[Intent, list[str]]:
    """What is left of a yes: nothing of one that is asked, bound to a condition, doubtful or denied."""
    names = found[Intent.CONFIRM]
    if words.asks and "confirm.yes" not in names:
        return {Intent.CONFIRM: []}
    if small_talk(words.plain) is Intent.CONFIRM and not hedged(words):
        return {Intent.CONFIRM: [*names, "confirm.agrees"]} if not words.asks else {Intent.CONFIRM: []}
    if not names or not hedged(words):
        return {}
    if any(found[one] for one in found if one is not Intent.CONFIRM):
        return {Intent.CONFIRM: []}
    return {Intent.CONFIRM: [], Intent.UNCLEAR: ["unclear.yes_but" if names == ["confirm.yes"] else "unclear.hedged"]}


def _unread(words: Words, found: Mapping[Intent, list[str]]) -> bool:
    """Whether the text says something that no rule understood: all of it, or all that follows a yes."""
    if small_talk(words.plain) or is_a_way_of_speaking(words):
        return False
    if found in ONLY_YES:
        rest = words_of(AGREED.sub("", words.marked, count=1))
        if small_talk(rest.plain) or not _speaks_of_somebody(rest) or is_everyday(rest):
            return False
        return len(words.sentences) > 1 or "unclear.yes_but" in found.get(Intent.UNCLEAR, ()) or not is_plain_yes(words)
    if not found:
        return _speaks_of_somebody(words) and not is_everyday(words)
    if Intent.OPT_OUT in found:
        return False  # it is plain, or a person reads it too
    known = [rule for intent in found if intent in TABLES for rule in TABLES[intent]]
    return not words.asks and bool(SOMEBODY.search(words.plain)) and says_much_else(words, known)


def _speaks_of_somebody(words: Words) -> bool:
    says_enough = words.count >= MANY_WORDS or (words.count >= FEWEST_WORDS and bool(SOMEBODY.search(words.plain)))
    is_about_the_place = (
        LOGISTICS.search(words.plain) and not NOT_ABOUT_THE_PLACE.search(words.plain) and not says_much_else(words, EVERY_RULE)
    )
    return says_enough and not words.asks and not is_about_the_place


def _of_a_part(reading: Reading) -> Reading:
    """The rest of the text may say anything, so a person reads it. An opt-out that was read stands."""
    also = tuple(one for one in (reading.intent, *reading.also) if one is not Intent.UNCLEAR)
    return Reading(Intent.UNCLEAR, reading.language, ("unclear.cut", *reading.rules), also)


def _small(words: Words) -> Reading:
    intent = small_talk(words.plain)
    language = language_of(words.plain)
    if intent is Intent.COURTESY and not words.asks:
        return Reading(Intent.COURTESY, language, ("courtesy.kind",))
    if words.asks and words.count >= 2 and intent is None:
        return Reading(Intent.QUESTION, language, ("question.mark",))
    return Reading(Intent.UNCLEAR, language, ("unclear.short",) if words.count < FEWEST_WORDS else ("unclear.unknown",))
