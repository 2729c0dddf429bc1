"""What the event jobs do, without Dagster: each asks the desk or the path, and tells what came of it in counts.

One case that fails does not keep the others waiting; that one failed is an error at the end.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.actions import Destination
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.case import Case
from hsched_core.domain.errors import NotReadError, SafeError
from hsched_core.use_cases import GROUPS, REMINDERS, RESCHEDULE, WAITLIST
from hsched_core.workflow.desk import Round
from hsched_core.workflow.move_words import is_word
from hsched_core.workflow.picks import is_pick
from hsched_pipelines.operations.asking import to_carry_out, to_reconcile, to_tend

Counts = Mapping[str, int]
AT_ONCE = 100  # notices of one draining
MOST_ROUNDS = 50
FROM_PROVIDERS = frozenset({NoticeKind.TEXT, NoticeKind.RECEIPT})  # nothing of the EHR: what clients wrote, what became of messages
FIRST_LOOK = timedelta(days=1)  # how far back the first poll asks


def take_in(practice: OpenPractice) -> Counts:
    """Read what the inbox holds, notice by notice, until nothing is due. A practice that was never polled is polled first."""
    total: Counter[str] = Counter() if practice.inbox.watermark() else Counter(poll(practice))

    def handle(notice: Notice) -> str:
        if notice.kind in FROM_PROVIDERS:
            outcome = practice.messages.callbacks.take(notice)
            practice.replies.advance()  # now: what a client wrote does not wait for the rest of the batch
            return outcome
        if notice.kind is NoticeKind.CLIENT:
            practice.take_over_consents()  # a STOP counts from the moment the EHR tells of it
            return "consents_read"
        return practice.waitlist.on_notice(notice)

    for _ in range(MOST_ROUNDS):
        drained = Counter(asdict(practice.inbox.drain(handle, AT_ONCE)))
        total += drained + Counter(practice.replies.advance())
        if sum(drained.values()) < AT_ONCE:
            break
    return total


def poll(practice: OpenPractice) -> Counts:
    """Ask the EHR what changed since the last time: what webhooks lost goes into the inbox, what clients consented to into our log."""
    replies = practice.replies.advance()  # first: what a client wrote does not wait for an EHR that does not answer
    try:
        consents = practice.take_over_consents()
        since = practice.inbox.watermark() or practice.clock.now() - FIRST_LOOK
        changed = practice.reader.changed_since(since)
    except NotReadError as error:
        practice.ehr_trail.not_read(error.code)
        raise
    missed = practice.inbox.note([Notice(NoticeKind.APPOINTMENT, one.id, one.updated_at) for one in changed])
    texts = practice.messages.catch_up(practice.inbox)
    return {"changed": len(changed), "missed": missed, "consents": consents, **texts, **replies}


def decide(practice: OpenPractice) -> Counts:
    """The waitlist's next steps: propose, send, book, withdraw, tell."""
    return advance(practice)


def carry_out(practice: OpenPractice) -> Counts:
    """Carry out what is approved. The waitlist's desk does its own, because it keeps offers beside the cases."""
    desks = advance(practice)
    due = [case for case in _open(practice, to_carry_out) if case.proposal.use_case != WAITLIST]
    reminding = any(case.proposal.use_case == REMINDERS for case in due)  # looked at again before they go
    reminders = reminded(practice) if reminding else {}
    due = [case for case in due if case.proposal.use_case != REMINDERS]
    groups = grouped(practice) if any(map(_is_of_groups, due)) else {}  # the same
    due = [case for case in due if not _is_of_groups(case) and not is_pick(case) and not is_word(case)]  # theirs: `advance` did them
    done = Counter(desks) + Counter(reminders) + Counter(groups) + Counter(_each(due, practice.path.execute))
    return done + Counter(moved(practice)) if any(case.proposal.use_case == RESCHEDULE for case in due) else done


def keep(practice: OpenPractice) -> Counts:
    """What time does: proposals run out, the next role is asked, writes nobody reported on are looked for, offers end."""
    unseen = _open(practice, to_reconcile)
    looked_for = _each(unseen, practice.path.reconcile)
    late = _open(practice, lambda cases, now: to_tend(cases, now, practice.policy))
    tended = _each(late, practice.path.tend)
    desks = advance(practice)
    groups = grouped(practice) if any(map(_is_of_groups, (*unseen, *late))) else {}  # a word that came to nothing is said again
    return Counter(looked_for) + Counter(tended) + Counter(desks) + Counter(groups) + Counter(practice.messages.chase())


def advance(practice: OpenPractice) -> Counts:
    """What follows from picks of other times, and a round of the waitlist's desk. The trail tells when the EHR could not be read, when it
    could again, and how many rows were left out.
    """
    moves = practice.service.moves.advance()  # first: what they leave free is offered in the same round
    done = practice.waitlist.advance()
    done.done, done.failed = done.done + moves.done, done.failed + moves.failed
    if done.not_read:
        practice.ehr_trail.not_read(done.not_read)
    elif "read" not in {kind.split(".")[0] for kind in done.failed}:
        practice.ehr_trail.read(practice.reader.set_aside())
    return told_by(done)


def moved(practice: OpenPractice) -> Counts:
    """What follows from picks of other times, right after they were carried out."""
    return told_by(practice.service.moves.advance())


def reminded(practice: OpenPractice) -> Counts:
    """A round of the reminders' desk."""
    done = practice.reminders.advance()
    if done.not_read:
        practice.ehr_trail.not_read(done.not_read)
    return told_by(done)


def grouped(practice: OpenPractice) -> Counts:
    """A round of the desk of groups."""
    done = practice.service.groups.advance()
    if done.not_read:
        practice.ehr_trail.not_read(done.not_read)
    return told_by(done)


def told_by(done: Round) -> Counts:
    """What a round of the desk did; SafeError with the kinds of failure where a step failed: it is tried again."""
    if done.failed:
        raise SafeError("steps_failed", ", ".join(f"{count} x {kind}" for kind, count in sorted(done.failed.items())))
    return done.done


def _is_of_groups(case: Case) -> bool:
    """Their phases and orders are carried out like any other rule of the practice."""
    return case.proposal.use_case == GROUPS and case.action.destination is not Destination.PRACTICE


def _open(practice: OpenPractice, due: Callable[..., Iterable[Case]]) -> list[Case]:
    with practice.path_store.looking() as state:
        cases = state.open_cases()
    return list(due(cases, practice.clock.now()))


def _each(cases: Iterable[Case], step: Callable[[str], Case]) -> Counts:
    """One step for each case; where each stands after it. SafeError names how many failed, after all had their turn."""
    reached: Counter[str] = Counter()
    failed: list[str] = []
    for case in cases:
        try:
            reached[str(step(case.id).state)] += 1
        except Exception as error:  # its text may hold a patient's values; the next case has its turn
            failed.append(type(error).__name__)
    if failed:
        raise SafeError("cases_failed", f"{len(failed)} of {len(failed) + reached.total()}: {', '.join(sorted(set(failed)))}")
    return reached
