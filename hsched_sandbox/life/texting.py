"""What clients write back to a text of the practice, drawn by chance: most confirm or are silent, a few cancel, ask, stop, need a person.

The same seed and the same text get the same answer, whenever it is read. Shares are choices, not measurements. The words are written here;
nobody said them.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hsched_sandbox.life.offers_read import link_in

ASKS = ("reply yes", "responda si")  # how our templates ask, in both languages
MAY_BECOME_FREE = ("may become free", "podria quedar libre")


class Says(StrEnum):
    """What a client means."""

    YES = "yes"
    CANCEL = "cancel"
    MOVE = "move"
    QUESTION = "question"
    STOP = "stop"
    PERSON = "person"  # something that no rule decides, or must not
    NO = "no"


# In hundredths, of texts that ask for an answer, of those that only remind, and of standby offers; the rest say nothing.
ASKED: Mapping[Says, float] = MappingProxyType({Says.YES: 52, Says.CANCEL: 6, Says.MOVE: 4, Says.QUESTION: 4, Says.STOP: 1, Says.PERSON: 2})
TOLD: Mapping[Says, float] = MappingProxyType({Says.YES: 8, Says.CANCEL: 3, Says.MOVE: 2, Says.QUESTION: 2, Says.STOP: 1, Says.PERSON: 1})
STANDBY: Mapping[Says, float] = MappingProxyType({Says.YES: 45, Says.NO: 15, Says.QUESTION: 5, Says.STOP: 1})
WORDS: Mapping[str, Mapping[Says, tuple[str, ...]]] = MappingProxyType(
    {
        "en": {
            Says.YES: ("YES", "yes, see you then", "Yes thank you", "👍", "I'll be there", "yess"),
            Says.CANCEL: ("I have to cancel", "can't make it, please cancel", "cancel my appointment please"),
            Says.MOVE: ("Can we do another day instead?", "could we move it to next week?", "is there a later time?"),
            Says.QUESTION: ("Where do I park?", "is it by video or in the office?", "what's the address?"),
            Says.STOP: ("STOP", "please stop texting me", "unsubscribe"),
            Says.PERSON: ("ok but my sister is bringing the car back only at noon maybe", "call me", "I don't feel safe at home right now"),
            Says.NO: ("no thanks", "No, that does not work"),
        },
        "es": {
            Says.YES: ("SI", "sí, ahí estaré", "si gracias", "confirmo"),
            Says.CANCEL: ("tengo que cancelar", "no puedo ir, cancele por favor"),
            Says.MOVE: ("¿se puede otro día?", "¿podemos cambiarlo para la próxima semana?"),
            Says.QUESTION: ("¿cuál es la dirección?", "¿es por video?"),
            Says.STOP: ("STOP", "no me manden más mensajes"),
            Says.PERSON: ("llámenme", "no sé, mi hermana tiene el carro hasta mañana quizás"),
            Says.NO: ("no gracias",),
        },
    }
)


@dataclass(frozen=True)
class Answer:
    """What a client writes back, and what they mean by it."""

    says: Says
    words: str


def answer(chance: random.Random, text: str, language: str) -> Answer | None:
    """The answer to a text; None where there is none. An offer is answered behind its link; who is only reminded texts back."""
    if link_in(text):
        return None
    said = text.casefold().replace("í", "i")
    draw = chance.random() * 100
    for says, share in _shares(said).items():
        if draw < share:
            words = WORDS["es" if language == "es" else "en"][says]
            return Answer(says, words[chance.randrange(len(words))])
        draw -= share
    return None


def _shares(said: str) -> Mapping[Says, float]:
    if any(words in said for words in MAY_BECOME_FREE):
        return STANDBY
    return ASKED if any(words in said for words in ASKS) else TOLD
