"""A message as the rules see it: small letters without accents, emoji as words, typing habits undone. Any text at all can be given."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from hsched_core.domain.replies import LONGEST
from hsched_core.replies.spelling import JOINED, SHORT, corrected

# Emoji that say something. Skin tones and variants are gone before.
EMOJI = {
    **dict.fromkeys("👍👌✅✔☑🆗💯", " emojiyes "),
    **dict.fromkeys("🙌🎉", " emojiyes "),
    **dict.fromkeys("👎❌🙅", " emojino "),
    **dict.fromkeys("🛑🚫⛔🔇📵", " emojistop "),
    **dict.fromkeys("🙏❤💕💜💙💚🧡💛😊🙂☺😀😁🤗😇💐🌹", " emojikind "),
    **dict.fromkeys("🔫", " emojigun "),
    **dict.fromkeys("🔪🗡", " emojiknife "),
    **dict.fromkeys("🩸", " emojiblood "),
    **dict.fromkeys("💊", " emojipill "),
    **dict.fromkeys("☠💀⚰🪦", " emojideath "),
    **dict.fromkeys("🆘", " emojisos "),
    **dict.fromkeys("⏰⌛⏳", " emojilate "),
}
MOST_SENTENCES = 60
EMOJI_COUNT = 3  # of one kind; thousands would say no more, and take long to read
LETTERS = str.maketrans("0134578@$", "oieastbas")
INSIDE = re.compile(r"(?<=[a-z])[0134578@$](?=[a-z])")
SPACED = re.compile(r"\b(?:[a-z][ .*-]){3,}[a-z]\b")
REPEATED = re.compile(r"([a-z])\1{2,}")
HIDDEN = re.compile(r"(?<=[a-z])[*_#](?=[a-z])")
SPACES = re.compile(r" {2,}")
JOINS = tuple((re.compile(rf"\b{before}\b"), after) for before, after in JOINED)
# "Liked “Reminder: ...”" is what a phone without reactions shows of one.
REACTIONS = (
    *((word, "👍") for word in ("liked", "le gust", "reacted 👍", "reaccionó con 👍")),
    *((word, "❤") for word in ("loved", "le encant", "emphasized", "laughed", "le dio risa", "enfatiz", "reacted", "reaccion")),
    *((word, "👎") for word in ("disliked", "no le gust")),
    *((word, "?") for word in ("questioned", "cuestion")),
)
REACTION = re.compile(
    rf"\s*(?P<how>{'|'.join(word for word, _sign in REACTIONS)})\w*(?: \S+){{0,3}}? [\"“«].*[\"”»]\s*", re.IGNORECASE | re.DOTALL
)
QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
BELOW = re.compile(
    r"^(?:on .{5,80} wrote:|el .{5,80} escribi[oó]:|-{2,} ?(?:original message|forwarded message|mensaje original).*)\s*$.*",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
ENDS = re.compile(r"[.!;:\n\r…¡()]+")
APOSTROPHES = re.compile(r"['`´‘’ʼ]")
OTHER = re.compile(r"[^a-z0-9?.]+")


@dataclass(frozen=True)
class Words:
    """`plain` has words only; `marked` also "." at the ends of sentences and "?"; `raw` is the text as it came, cut."""

    plain: str
    marked: str
    raw: str
    is_cut: bool = False

    @property
    def count(self) -> int:
        return len(self.plain.split())

    @property
    def sentences(self) -> list[str]:
        """The words of each sentence that has any."""
        parts = (SPACES.sub(" ", part).strip() for part in re.split(r"[?.]", self.marked))
        return [part for part in parts if part][:MOST_SENTENCES]

    @property
    def asks(self) -> bool:
        return "?" in self.marked


def words_of(text: str) -> Words:
    """The text as the rules see it."""
    raw = own_words(text[:LONGEST])
    marked = _spelled(_letters(raw))
    plain = SPACES.sub(" ", re.sub(r"[?.]", " ", marked)).strip()
    for pattern, after in JOINS:
        plain, marked = pattern.sub(after, plain), pattern.sub(after, marked)
    return Words(plain, marked, raw, len(text) > LONGEST)


def own_words(text: str) -> str:
    """The text without what it only repeats of ours: a reaction of a phone to a message, the quoted mail below an answer.

    Our own words must not be read as the client's: a reminder says "reply STOP".
    """
    reaction = REACTION.match(text)
    if reaction:
        return next(sign for word, sign in REACTIONS if reaction["how"].casefold().startswith(word))
    above = BELOW.sub("", text)
    own = QUOTED.sub("", above)
    return own if own.strip() or above != text else text  # nothing but quotation marks: their own way of writing


def _letters(text: str) -> str:
    """Small Latin letters, digits, "?" and "."; emoji as words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(EMOJI.get(sign, sign) for sign in folded)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", shown) if not unicodedata.combining(sign))
    bare = HIDDEN.sub("", APOSTROPHES.sub("", bare))
    bare = INSIDE.sub(lambda found: found[0].translate(LETTERS), bare)
    bare = SPACED.sub(lambda found: re.sub(r"[^a-z]", "", found[0]), bare)
    ended = ENDS.sub(" . ", bare.replace("?", " ? ").replace("¿", " "))
    return REPEATED.sub(r"\1", OTHER.sub(" ", ended))


def _spelled(letters: str) -> str:
    told, seen = [], Counter[str]()
    for word in letters.split():
        seen[word] += word.startswith("emoji")
        if seen[word] <= EMOJI_COUNT:
            told.append(SHORT.get(word) or SHORT.get(better := corrected(word)) or better)
    return " ".join(told)
