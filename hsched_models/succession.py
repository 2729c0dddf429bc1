"""Who is champion, who was, and why: settling a training, and a person's promote, reject and demote. Rules here, MLflow in registry.py.

Every change is one numbered entry kept with the registered model; the alias follows the newest. Who decides is an argument,
and so is the present.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.errors import NotReadyError, UserError
from hsched_models.promote import Decision
from hsched_models.registry import CHALLENGER, CHAMPION, ModelRow, Registry, promoted_tags

AUTOMATIC, REVIEWED = "automatic", "reviewed"
TRAINING = "training"  # who decides when nobody does
LONGEST_REASON = 1000
LONGEST_NUMBER = 6  # digits in a row, separators left out; a longer one may be somebody's


class Act(StrEnum):
    """What can happen to a version."""

    PROMOTED = "promoted"
    REJECTED = "rejected"
    DEMOTED = "demoted"  # the entry names the version that takes its place again


@dataclass(frozen=True)
class Change:
    """One entry of the history. `version` is champion from then on (of a rejection: the one rejected); `was` the champion before."""

    at: str
    act: Act
    version: str
    was: str
    by: str
    reason: str


@dataclass(frozen=True)
class Reign:
    """A version's time in charge. `until` and `ended_because` are empty for the present champion."""

    version: str
    since: str
    by: str
    because: str
    until: str = ""
    ended_because: str = ""


def settle(
    registry: Registry,
    moment: str,
    version: str,
    decision: Decision,
    now: datetime,
    *,
    policy: str,
    is_first: bool,
    by: str = TRAINING,
) -> str:
    """What becomes of a candidate after a training or an update: "champion", "waits for review" or "refused"; why is written on it.

    Under the policy `reviewed` only a moment without any champion gets one by itself. `is_first`: the recipe that ships.
    """
    with registry.exclusive():
        was = champion_version(registry, moment)
        registry.tag_version(moment, version, judged_tags(decision, was))
        if decision.promote and (policy == AUTOMATIC or not was):
            _take_over(registry, moment, Change(_stamp(now), Act.PROMOTED, version, was, by, " ".join(decision.reasons)))
            return "champion"
        if decision.promote or is_first:
            registry.set_alias(moment, CHALLENGER, version, {"reasons": " ".join(decision.reasons)})
    return "waits for review" if decision.promote else "refused"


def promote(registry: Registry, moment: str, version: str, *, reason: str, by: str, now: datetime, despite: str = "") -> Change:
    """Put a version in charge; the entry made.

    UserError without a reason, and where something stands against the version (`despite` overrules it, and is kept);
    NotReadyError where there is no such version or it cannot be loaded.
    """
    reason, despite = checked_reason(reason), despite and checked_reason(despite)
    registry.version_row(moment, version)
    registry.load(moment, version)
    with registry.exclusive():
        row, was = registry.version_row(moment, version), champion_version(registry, moment)
        check_promotable(row, was, despite=bool(despite))
        change = Change(_stamp(now), Act.PROMOTED, version, was, by, f"{reason} Despite: {despite}" if despite else reason)
        return _take_over(registry, moment, change)


def reject(registry: Registry, moment: str, version: str, *, reason: str, by: str, now: datetime) -> Change:
    """Decide against a version: it waits no longer, and takes over only despite this. The champion cannot be rejected, only demoted."""
    reason = checked_reason(reason)
    with registry.exclusive():
        registry.version_row(moment, version)
        was = champion_version(registry, moment)
        if version == was:
            raise UserError(f"Version {version} is in charge.", f'`hsched model demote --moment {moment} --reason "..."` ends that.')
        change = Change(_stamp(now), Act.REJECTED, version, was, by, reason)
        registry.tag_version(moment, version, {"stands_against": f"Rejected by {by}: {reason}"})
        _end_waiting(registry, moment, version, version)
        return _write_down(registry, moment, change)


def demote(registry: Registry, moment: str, *, reason: str, by: str, now: datetime) -> Change:
    """Put the last champion before the present one back in charge; one that cannot be loaded is passed over, and that is said.

    `promote` undoes it. NotReadyError where there is nobody to go back to.
    """
    return go_back(registry, moment, reason=checked_reason(reason), by=by, now=now)


def go_back(registry: Registry, moment: str, *, reason: str, by: str, now: datetime) -> Change:
    """What `demote` does, for a reason that a rule wrote."""
    leaving = champion_version(registry, moment)
    if not leaving:
        raise NotReadyError(f"There is no champion for {moment} to demote.", "`hsched model list` shows what there is.")
    back, passed_over = _last_that_loads(registry, moment)
    with registry.exclusive():
        if champion_version(registry, moment) != leaving:
            raise UserError("Somebody else changed the champion just now.", f"Look: `hsched model history --moment {moment}`.")
        change = Change(_stamp(now), Act.DEMOTED, back, leaving, by, f"{reason}{passed_over}")
        registry.tag_version(moment, leaving, {"stands_against": f"Demoted by {by}: {reason}"})
        return _take_over(registry, moment, change)


def check_promotable(row: ModelRow, champion: str, *, despite: bool) -> None:
    """UserError where a version may not take over from `champion`; what stands against it is overruled by `despite` only."""
    if row.version == champion:
        raise UserError(f"Version {row.version} is in charge already.", "Nothing was changed.")
    against = stands_against(row, champion)
    if against and not despite:
        again = f'hsched model promote {row.version} --moment {row.moment} --reason "..." --despite "..."'
        raise UserError(f"Version {row.version} was not promoted. {against}", f"If it shall take over all the same, say why: `{again}`.")


def can_promote(row: ModelRow, champion: str) -> bool:
    """Whether nothing stands against it."""
    try:
        check_promotable(row, champion, despite=False)
    except UserError:
        return False
    return True


def stands_against(row: ModelRow, champion: str) -> str:
    """Why a version should not take over from `champion`, in sentences; empty where nothing speaks against it."""
    if row.stands_against is None:
        return "It was never judged."
    if row.stands_against:
        return row.stands_against
    if row.judged_against != champion:
        held = f"version {row.judged_against}" if row.judged_against else "no champion"
        return f"It was judged against {held}; since then version {champion} has taken over."
    return ""


def checked_reason(text: str) -> str:
    """The reason in one line; UserError for none, for one too long, and for what looks like somebody's address or number."""
    reason = " ".join(text.split())
    if not reason:
        raise UserError("A change of champion needs a reason.", 'Write it: --reason "...".')
    if len(reason) > LONGEST_REASON:
        raise UserError(f"The reason is longer than {LONGEST_REASON} characters.", "Say it shorter.")
    if "@" in reason or re.search(rf"(?:\d[\s().\-/]?){{{LONGEST_NUMBER + 1},}}", _without_days(reason)):
        raise UserError(
            "The reason holds an address or a number.", "It is kept beside the model, where no patient may be named: leave it out."
        )
    return reason


def judged_tags(decision: Decision, champion: str) -> dict[str, str]:
    """What the rule's judgement leaves on a version: what stands against it (nothing, or why), and whom it was judged against."""
    return {"stands_against": "" if decision.promote else " ".join(decision.reasons), "judged_against": champion}


def champion_version(registry: Registry, moment: str) -> str:
    """The version in charge; empty where there is none."""
    found = registry.version_of(moment, CHAMPION)
    return "" if found is None else str(found.version)


def history(registry: Registry, moment: str) -> tuple[Change, ...]:
    """Every change, oldest first."""
    entries = registry.entries(moment)
    return tuple(Change(**{**entry, "act": Act(entry["act"])}) for entry in map(json.loads, entries))


def reigns(changes: Sequence[Change], champion: str) -> tuple[Reign, ...]:
    """Who was in charge from when to when, and why it began and ended. A champion no entry knows of was set elsewhere."""
    found: list[Reign] = []
    for change in (one for one in changes if one.act is not Act.REJECTED):
        found = [*found[:-1], *(_ended(last, change) for last in found[-1:])]
        found.append(Reign(change.version, change.at, change.by, change.reason))
    if champion and (not found or found[-1].version != champion):
        found.append(Reign(champion, "", "", "Set before there was a history, or outside hsched."))
    return tuple(found)


def line_of(changes: Sequence[Change]) -> tuple[str, ...]:
    """The champions one could go back through, the present one last: a demotion takes the demoted, and who came after, off the end."""
    line: list[str] = []
    for change in changes:
        if change.act is Act.PROMOTED:
            line += [change.was] if change.was and not line else []
            line.append(change.version)
        elif change.act is Act.DEMOTED:
            line = line[: _last_place(line, change.version) + 1] or [change.version]
    return tuple(line)


def predecessors(registry: Registry, moment: str) -> tuple[str, ...]:
    """Whom a demotion could bring back, the last one first."""
    champion = champion_version(registry, moment)
    line = line_of(history(registry, moment))
    before = line[:-1] if line and line[-1] == champion else line
    return tuple(dict.fromkeys(version for version in reversed(before) if version != champion))


def _last_that_loads(registry: Registry, moment: str) -> tuple[str, str]:
    """The predecessor to go back to, and a sentence on those passed over."""
    damaged: list[str] = []
    for version in predecessors(registry, moment):
        try:
            registry.load(moment, version)
        except NotReadyError:
            damaged.append(version)
            continue
        return version, f" (Passed over, cannot be loaded: version {', '.join(damaged)}.)" if damaged else ""
    raise NotReadyError(
        f"There is no earlier champion for {moment} that could take over.",
        f'Train again with `hsched run`, or choose a version: `hsched model promote VERSION --moment {moment} --reason "..."`.',
    )


def _take_over(registry: Registry, moment: str, change: Change) -> Change:
    """History first, alias second: a crash between the two leaves an entry too many, never a champion without one."""
    _write_down(registry, moment, change)
    registry.set_alias(moment, CHAMPION, change.version, _takes_over_tags(change))
    _end_waiting(registry, moment, "0", change.version)
    return change


def _takes_over_tags(change: Change) -> Mapping[str, str]:
    reason = change.reason if change.act is Act.PROMOTED else f"Back in charge after version {change.was}: {change.reason}"
    return {**promoted_tags(datetime.fromisoformat(change.at), (reason,)), "promoted_by": change.by, "stands_against": ""}


def _end_waiting(registry: Registry, moment: str, first: str, last: str) -> None:
    """A challenger among these versions waits no longer."""
    waiting = registry.version_of(moment, CHALLENGER)
    if waiting is not None and int(first) <= int(waiting.version) <= int(last):
        registry.remove_alias(moment, CHALLENGER)


def _write_down(registry: Registry, moment: str, change: Change) -> Change:
    registry.add_entry(moment, json.dumps(asdict(change)))
    return change


def _ended(reign: Reign, change: Change) -> Reign:
    why = f"Version {change.version} took over." if change.act is Act.PROMOTED else f"Demoted by {change.by}: {change.reason}"
    return Reign(reign.version, reign.since, reign.by, reign.because, change.at, why)


def _last_place(line: Sequence[str], version: str) -> int:
    return max((place for place, held in enumerate(line) if held == version), default=-1)


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="seconds")


def _without_days(text: str) -> str:
    """A day in ISO form is no number of anybody's."""
    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", "", text)
