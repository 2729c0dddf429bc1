"""A sandbox practice in a home folder: export, truth and practice.yaml. All of it is there, or nothing."""

import dataclasses
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hsched_adapters.settings import Paths, Practice, Source, load_practice, save_practice
from hsched_core.domain.errors import UserError
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.export import Progress, write_export
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.practice import simulate
from hsched_sandbox.truth import write_truth
from hsched_sandbox.world import World

PRACTICE_ID = "sandbox"
MAP = "sandbox-practice"
SUMMARY_FILE = "summary.json"
MADE_BEFORE_KINDS = {"archetype": Archetype.PRIVATE.value, "plain": True}  # what a summary without these words speaks of
DEFAULT_SEED = 20260101
AGE_BASIS = "Synthetic clients. Age is kept because without it older clients' risk is misjudged; groups are audited with each model."


@dataclass(frozen=True)
class Wish:
    """Which sandbox is wanted: two equal wishes are one practice."""

    archetype: Archetype
    plain: bool
    clinicians: int
    years: float
    seed: int
    today: date


@dataclass(frozen=True)
class SandboxSummary:
    """What a sandbox practice holds. `history` counts the appointments before today."""

    seed: int
    today: date
    first_day: date
    last_day: date
    archetype: Archetype
    plain: bool
    clinicians: int
    years: float
    clients: int
    appointments: int
    history: int
    days: int
    rows: dict[str, int]
    planted: dict[str, int]
    reused: bool = False

    @property
    def wish(self) -> Wish:
        """What was asked for when it was made."""
        return Wish(self.archetype, self.plain, self.clinicians, self.years, self.seed, self.today)

    def __str__(self) -> str:
        made = "re-used" if self.reused else "made"
        kind = f"{self.archetype}, plain" if self.plain else self.archetype
        return (
            f"sandbox practice {made} ({kind}): {self.clinicians} clinicians, {self.clients:,} clients, {self.history:,} appointments "
            f"from {self.first_day} to {self.today}, {self.days} days of exports up to {self.last_day} (seed {self.seed})"
        )


def create_sandbox(
    home: Path,
    *,
    today: date,
    seed: int = DEFAULT_SEED,
    clinicians: int = 10,
    years: float = 2,
    archetype: Archetype = Archetype.PRIVATE,
    plain: bool = False,
    progress: Progress | None = None,
) -> SandboxSummary:
    """Make the sandbox practice of that seed and day, or say what is there when it was made before.

    `plain` leaves out what the filter oracle cannot be exact about: shared shocks, alliances, lapsed authorizations.
    """
    paths = Paths(home)
    _check_free(paths)
    wish = Wish(archetype, plain, clinicians, years, seed, today)
    parameters = parameters_of(archetype, clinicians=clinicians, years=years, plain=plain)
    summary = existing_sandbox(home)
    if summary is None:
        summary = _build(paths, parameters, wish, progress)
    elif summary.wish != wish:
        problem = f"{home} already holds another sandbox ({summary.archetype}, seed {summary.seed}, today {summary.today})."
        raise UserError(problem, "Use another HSCHED_HOME, or remove this one first.")
    if not paths.practice_file.exists():
        save_practice(paths, _practice(summary, parameters))
    return summary


def existing_sandbox(home: Path) -> SandboxSummary | None:
    """The sandbox in that home, if one was made."""
    path = Paths(home).sandbox / SUMMARY_FILE
    if not path.is_file():
        return None
    content = MADE_BEFORE_KINDS | json.loads(path.read_text(encoding="utf-8"))
    days = {name: date.fromisoformat(content[name]) for name in ("today", "first_day", "last_day")}
    return SandboxSummary(**content | days | {"archetype": Archetype(content["archetype"]), "reused": True})


def _check_free(paths: Paths) -> None:
    """A practice that is not the sandbox is never overwritten."""
    if paths.practice_file.exists() and load_practice(paths).id != PRACTICE_ID:
        raise UserError(f"{paths.home} holds another practice.", "Use another HSCHED_HOME for the sandbox.")


def _build(paths: Paths, parameters: PracticeParameters, wish: Wish, progress: Progress | None) -> SandboxSummary:
    """Everything is written beside its place and moved there in one step."""
    building = paths.home / "sandbox.building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    say = progress or (lambda _share, _what: None)
    say(0.0, "simulating the practice")
    world = simulate(parameters, seed=wish.seed, today=wish.today)
    export = write_export(world, building / "ehr_export", lambda share, what: say(0.2 + 0.75 * share, what))
    write_truth(world, building / "truth")
    summary = _summary(world, wish, export.days, export.rows, dataclasses.asdict(export.planted) | {"moved": export.moved})
    (building / SUMMARY_FILE).write_text(_as_json(summary), encoding="utf-8")
    os.replace(building, paths.sandbox)
    say(1.0, "sandbox practice written")
    return summary


def _summary(world: World, wish: Wish, days: int, rows: dict[str, int], planted: dict[str, int]) -> SandboxSummary:
    timeline = world.timeline
    return SandboxSummary(
        **dataclasses.asdict(wish),
        first_day=timeline.first_day,
        last_day=timeline.last_day,
        clients=len(world.clients),
        appointments=len(world.visits),
        history=int((world.visits.start < timeline.midnight(timeline.today)).sum()),
        days=days,
        rows=rows,
        planted=planted,
    )


def _as_json(summary: SandboxSummary) -> str:
    content = dataclasses.asdict(summary)
    del content["reused"]
    return json.dumps(content, indent=2, default=date.isoformat) + "\n"


def _practice(summary: SandboxSummary, parameters: PracticeParameters) -> Practice:
    return Practice(
        id=PRACTICE_ID,
        name="Sandbox practice",
        timezone=parameters.zone,
        country=parameters.country,
        source=Source(kind="daily_exports", path="sandbox/ehr_export", map=MAP),
        first_day=summary.first_day,
        late_cancel_hours=24,
        demographic_inputs={"age": AGE_BASIS},
        waitlist={"note_template": "booked_v1"},  # its EHR takes notes
    )
