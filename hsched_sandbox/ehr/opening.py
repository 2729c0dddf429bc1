"""Opens the sandbox practice's EHR in a home: as the practice was at that instant, or as the EHR was left when it last ran."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hsched_adapters.settings import Paths
from hsched_core.domain.errors import NotReadyError, UserError
from hsched_core.ports import Clock
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.create import SandboxSummary, existing_sandbox
from hsched_sandbox.ehr.book import Book
from hsched_sandbox.ehr.conduct import Conduct
from hsched_sandbox.ehr.journal import Journal
from hsched_sandbox.ehr.playing import Player
from hsched_sandbox.ehr.script import Script, script_of
from hsched_sandbox.practice import simulate
from hsched_sandbox.world import World

JOURNAL = Path("ehr") / "journal.jsonl"


@dataclass(frozen=True)
class OpenedEhr:
    """The EHR's state and the story that goes on in it. `lived` is up to when it was played."""

    world: World
    book: Book
    player: Player
    journal: Journal
    lived: datetime

    @property
    def seed(self) -> str:
        """What the life's own draws are seeded by."""
        return f"{self.world.seed}-{self.world.timeline.today}"


def summary_in(home: Path) -> SandboxSummary:
    """The sandbox of that home; NotReadyError where there is none."""
    summary = existing_sandbox(home)
    if summary is None:
        raise NotReadyError(f"There is no sandbox practice in {home}.", "Run `hsched sandbox create` or `hsched run --sandbox-if-empty`.")
    return summary


def lived_until(home: Path) -> datetime | None:
    """Up to when the EHR of that home was lived; None where it never was opened."""
    file = Paths(home).sandbox / JOURNAL
    if not file.exists():
        return None
    journal = Journal(file)
    _, lived = _moments(journal)
    journal.close()
    return lived


def open_ehr(home: Path, clock: Clock, conduct: Conduct | None = None) -> OpenedEhr:
    """The EHR of the sandbox practice in that home, at the clock's present."""
    wish = summary_in(home).wish
    parameters = parameters_of(wish.archetype, clinicians=wish.clinicians, years=wish.years, plain=wish.plain)
    world = simulate(parameters, seed=wish.seed, today=wish.today)
    _check_present(clock.now(), world)
    return open_script(script_of(world), Paths(home).sandbox / JOURNAL, clock, conduct)


def open_script(script: Script, file: Path, clock: Clock, conduct: Conduct | None = None) -> OpenedEhr:
    """The EHR of a script, with what the journal of that file holds."""
    book, now = Book(clock, conduct), clock.now()
    player, journal = Player(script, book), Journal(file)
    opened, lived = _moments(journal)
    player.open(opened or now)
    book.remember_in(journal)
    if opened is None:
        book.write_down("opened", now.isoformat())
    return OpenedEhr(script.world, book, player, journal, lived or now)


def _moments(journal: Journal) -> tuple[datetime | None, datetime | None]:
    """When the EHR was first opened, and up to when it was lived."""
    found = {word: content for word, content in journal.lines() if word in ("opened", "lived")}
    opened, lived = (datetime.fromisoformat(found[word]) if word in found else None for word in ("opened", "lived"))
    return opened, lived or opened


def _check_present(now: datetime, world: World) -> None:
    timeline = world.timeline
    if not timeline.opens <= now.timestamp() < timeline.shuts:
        raise UserError(
            f"The sandbox practice lives from {timeline.first_day} to {timeline.last_day}, and the present is not among these days.",
            "Make a new one (`hsched sandbox create` in another HSCHED_HOME), or set HSCHED_CLOCK.",
        )
