"""How clients behave, as chances with their sources. The same in both worlds: what they do follows what they are asked, not by whom.

Where nothing is named, no source was found and the figure is a choice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import exp

from hsched_core.domain.replies import Intent
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality
from hsched_core.replies.moments import said
from hsched_core.use_cases.reminders_plan import Step
from hsched_sandbox.offers import Acceptance, chance_of_yes, usual_logit
from tests.replies_sets import labelled
from tests.year.town import Town, Wait, number

# Offers: the sandbox's model, its level set so that of the offers to people whom an hour fits about one in ten is taken in time
# (Fast Pass 8.3 % of 177,311; 11 % of 60,660). Every entry that may be asked can come then: the list says so.
ACCEPTANCE = Acceptance(usual=-3.4)
NEEDS_ASKING = {Step.CONFIRM, Step.AGAIN}
CONFIRMS, CONFIRMS_ANYWAY = 0.5, 0.15  # of who will come (sandbox: `Reminders.answered`); of who will not
ASKS, STOPS = 0.01, 0.002  # a question, a STOP: of each message
REACHED = 0.45  # of calls: 73 of 88 clients within three attempts (PMC539627)
ANSWERS = 0.454  # of those who are offered times (Mayo). With REACHED it makes about one call in seven a booking, as a vendor says
MOST_TEXTS = 2  # a third one helps nobody any more
NOTICE = timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What a client writes back, and how long after."""

    intent: Intent
    after: timedelta


@dataclass(frozen=True)
class Help:
    """What was done for a visit."""

    texts: int = 0
    calls: int = 0


class Folk:
    """The clients of one town."""

    def __init__(self, town: Town) -> None:
        self._town, self._draws = town, town.draws
        effects = town.setting.reminders
        self._text = (effects.text_ambivalent, effects.text_forgetter)
        self._call = (effects.call_ambivalent, effects.call_forgetter)

    # visits

    def is_unused(self, row: int, session: Session, had: Help, *, instead: bool = False) -> bool:
        """Whether the client misses the visit after that help. `instead`: a visit that stands for no other one of theirs."""
        kind = int(self._town.forgets[row])
        calls = had.calls if session.modality is Modality.IN_PERSON else 0  # calls do not help telehealth (51.7 -> 70.7, 61.2 -> 60.6 %)
        helped = min(had.texts, MOST_TEXTS) * self._text[kind] + min(calls, 1) * self._call[kind]
        chance = 1 / (1 + exp(-(self._town.logit[row] + helped)))
        return self._draws.happens(chance, "fill" if instead else "visit", row, "unused")

    def says_so(self, row: int) -> bool:
        """Whether a client who will not come cancels, late as it is, rather than not showing up."""
        return not self._draws.happens(self._town.no_show_share[row], "visit", row, "split")

    def cancels_when_reminded(self, row: int, by: str, step: str) -> bool:
        """A reminder makes some cancel while there is notice (Shah 2016; chances of the sandbox)."""
        effects = self._town.setting.reminders
        return self._draws.happens(effects.call_cancels if by == "call" else effects.text_cancels, "visit", row, "cancels", step)

    def answer(self, row: int, step: str, will_come: bool, notice: timedelta) -> Said | None:
        """What comes back after a written reminder."""
        words = ("visit", row, step)
        after = self._draws.delay(*words, "after")
        draw = self._draws.number(*words, "answer")
        if draw < STOPS:
            return Said(Intent.OPT_OUT, after)
        if self.cancels_when_reminded(row, "text", step) and notice > NOTICE:
            return Said(Intent.CANCEL, after)
        if draw < STOPS + ASKS:
            return Said(Intent.QUESTION, after)
        confirms = CONFIRMS if will_come else CONFIRMS_ANYWAY
        if step in NEEDS_ASKING and draw < STOPS + ASKS + confirms:
            return Said(Intent.CONFIRM, after)
        return None

    def words(self, client: str, intent: Intent, *about: object) -> str:
        """A message of that intent, as people write them (tests/replies), in the client's language."""
        spanish = self._town.people[client].language == "es"
        choices = _texts(intent, "es" if spanish else "en")
        return choices[self._draws.pick(len(choices), "words", client, *about)]

    # offers

    def chance(self, wait: Wait, opening: Session, ignored: int, now: datetime) -> float:
        """Of a yes to a written offer of that hour, in time or not."""
        if not self._town.setting.has_effect:
            return 0.0
        entry = wait.entry
        own, channel = entry.clinician in (None, opening.clinician), entry.modality in (None, opening.modality)
        usual = usual_logit(ACCEPTANCE, True, own, channel, (now - entry.entered_at).total_seconds())
        return chance_of_yes(ACCEPTANCE, usual, ignored, (opening.starts_at - now).total_seconds())

    def takes(self, wait: Wait, opening: Session, chance: float) -> bool:
        """The client's own leaning to that hour: one draw, whoever asks."""
        return self._draws.happens(chance, "offer", wait.entry.entry, opening.clinician, opening.starts_at)

    def declines(self, wait: Wait, opening: Session) -> bool:
        """Whether who does not want it says so."""
        return self._draws.happens(ACCEPTANCE.says_no, "no", wait.entry.entry, opening.clinician, opening.starts_at)

    def offer_delay(self, wait: Wait, opening: Session) -> timedelta:
        return self._draws.delay("offer", wait.entry.entry, opening.clinician, opening.starts_at)

    def is_reached(self, client: str, at: datetime, about: str) -> bool:
        """Whether a client picks up the phone."""
        return self._draws.happens(REACHED, "phone", number(client), at.date(), about)

    @staticmethod
    def chance_by_phone(chance: float) -> float:
        """Of a yes once somebody is on the phone: an answer is certain there, so the share of yes among those who answer at all."""
        return min(1.0, chance / ANSWERS)


@cache
def _texts(intent: Intent, language: str) -> list[str]:
    """Nobody names an hour, which would have to be the visit's."""
    return [one.text for one in labelled("labelled") if one.intent is intent and one.language == language and not said(one.text)]
