"""What every part of the waitlist's desk has at hand, and the words its parts share. The desk itself is `waitlist.py`."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hsched_core.domain.actions import Action, BookAppointment, OfferSlot
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Returned
from hsched_core.domain.errors import HschedError, NotReadError
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.proposal import Proposal
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Clock, DeskStore, PracticeReader
from hsched_core.use_cases.waitlist import WaitlistSettings
from hsched_core.workflow.holdout import Holdout
from hsched_core.workflow.offer_steps import DESK, WAITLIST
from hsched_core.workflow.path import Path

READ = "read"  # the step in which a round reads the EHR
CHOOSING_LASTS = timedelta(minutes=2)  # a worker that chooses whom to ask longer than this is taken for dead


@dataclass
class Round:
    """What one round of the desk did, counted; `failed` are steps that will be tried again in the next one."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    not_read: str = ""  # the code of why the EHR could not be read for the whole round

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """One step: a failure of the EHR, or of one case, does not keep the others from theirs. No text is kept: it may name."""
        try:
            yield
        except HschedError as failure:
            self.failed[f"{name}.{told_why(failure)}"] += 1
            if name == READ and isinstance(failure, NotReadError):
                self.not_read = failure.code


def told_why(failure: HschedError) -> str:
    """The failure's kind, and its code where it has one: codes are words of the program and carry no values."""
    code = failure.code.replace(": ", ":") if isinstance(failure, NotReadError) else ""
    return f"{type(failure).__name__}{f' ({code})' if code else ''}"


@dataclass(frozen=True)
class Tools:
    """The desk's path, store, EHR, clock and settings."""

    path: Path
    store: DeskStore
    reader: PracticeReader
    clock: Clock
    policy: PracticePolicy
    settings: WaitlistSettings
    holdout: Holdout | None = None
    returned: Callable[[], Returned] = dict

    def ask(self, action: Action, subject: str, because: tuple[str, ...], origin: str, until: timedelta, follows: str = "") -> Proposal:
        """A proposal of the desk's own: what follows from an end, or from a date. `origin` names what it follows from, once;
        `follows` the opening to whose story it belongs.
        """
        return Proposal(
            practice=self.policy.practice,
            use_case=WAITLIST,
            action=action,
            subject=subject,
            reasons=because,
            facts_digest=origin,
            policy_version=self.policy.version,
            expires_at=self.clock.now() + until,
            proposed_by=DESK,
            confidence=1.0,  # nothing was weighed: it follows
            follows=follows if follows != subject else "",
        )

    def submit(self, proposal: Proposal) -> Case:
        """Propose, and carry out at once what needs nobody's yes."""
        case = self.path.propose(proposal)
        return self.path.execute(case.id) if case.state is State.APPROVED else case


def gives(case: Case) -> BookAppointment | None:
    """The booking a case gives its opening away by, or would: its own, or the one its offer leads to."""
    if isinstance(case.action, OfferSlot):
        return case.action.leads_to
    return case.action if isinstance(case.action, BookAppointment) else None


def client_of(case: Case) -> str:
    """Whom a case of the waitlist gives, or offers, an opening to."""
    booking = gives(case)
    return booking.booking.client if booking else ""


def is_pending(case: Case) -> bool:
    """Whether it books an opening, and it is not yet known whether it did."""
    return isinstance(case.action, BookAppointment) and case.state not in FINAL
