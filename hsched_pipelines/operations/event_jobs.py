"""Jobs of the event flow. Each runs in one process, from the notice to the message, and leaves counts in Dagster; no ids, no names."""

from collections.abc import Callable

import dagster as dg

from hsched_adapters.assembly import OpenPractice
from hsched_pipelines.operations import event_work, remind_work, score_work
from hsched_pipelines.operations.event_work import Counts
from hsched_pipelines.safely import inside_zone

AGAIN = dg.RetryPolicy(max_retries=2, delay=5)  # an EHR that does not answer for a moment; after that a sensor asks again
Work = Callable[[OpenPractice], Counts]


def build_event_jobs() -> dict[str, dg.JobDefinition]:
    """The jobs by name."""
    take_in = _op("take_in", event_work.take_in, "Reads the inbox's notices and looks at each appointment in the EHR again.")
    decide = _op("decide_and_send", event_work.decide, "Proposes, offers, books, withdraws, answers: the waitlist's next steps.")
    poll = _op("ask_what_changed", event_work.poll, "Asks the EHR what changed since the last time: what webhooks lost.")
    return {
        "answer_events": _job("answer_events", "From a notice of the EHR to the offer, in one run.", take_in, decide),
        "catch_up": _job("catch_up", "What webhooks lost: asks the EHR, then as answer_events.", poll, take_in, decide),
        "carry_out": _job("carry_out", "Carries out what people approved.", _op("carry_out_approved", event_work.carry_out, "The path.")),
        "keep": _job(
            "keep",
            "What time does: expiry, escalation, offers that end, writes nobody reported on.",
            _op("tend_and_reconcile", event_work.keep, "Tends every case that is due."),
        ),
        "remind": _job(
            "remind",
            "Reminders: draws, sequences, calls for the staff, standby offers for a person to decide on; groups: who is asked.",
            _op("remind_clients", remind_work.remind, "A round of the reminders' desk, where the practice switched it on."),
        ),
        "risk_write_back": _job("risk_write_back", "Published risk into the EHR's hidden field, under a standing order.", _write_scores),
    }


def _op(name: str, work: Work, description: str) -> dg.OpDefinition:
    @dg.op(name=name, description=description, ins={"after": dg.In(dg.Nothing)}, out=dg.Out(dg.Nothing), retry_policy=AGAIN)
    def op(context: dg.OpExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> None:
        with inside_zone(f"{name}_failed", "practice"):
            counts = work(practice)
        context.add_output_metadata(dict(counts))
        context.log.info(f"{name}: {told(counts)}")

    return op


@dg.op(name="write_scores", description="Off until the practice and a standing order say so.", out=dg.Out(dg.Nothing))
def _write_scores(context: dg.OpExecutionContext, practice: dg.ResourceParam[OpenPractice]) -> None:
    with inside_zone("write_scores_failed", "practice"):
        off_because, counts = score_work.write_scores(practice)
    context.add_output_metadata({**counts, **({"off_because": off_because} if off_because else {})})
    context.log.info(f"risk_write_back: {off_because or told(counts)}")


def told(counts: Counts) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count) or "nothing was due"


def _job(name: str, description: str, *ops: dg.OpDefinition) -> dg.JobDefinition:
    """The ops one after another."""

    @dg.graph(name=f"{name}_steps")
    def steps() -> None:
        before = None
        for op in ops:
            before = op(before) if before is not None else op()

    return steps.to_job(name=name, description=description, executor_def=dg.in_process_executor)
