"""The words of a practice's messages as people look at them: every template in force, rendered, and what speaks against it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hsched_adapters.ehr.rest.wording import MAIL, OWN, TEMPLATES, laid_over, lint_all, read_templates, written_time
from hsched_core.messages.lint import LANGUAGES, Problem, rendered

EXAMPLE = datetime(2026, 3, 6, 14, tzinfo=UTC)  # a Friday
NOBODYS_CASE = "0" * 32


@dataclass(frozen=True)
class Shown:
    """A template as a client reads it, as a text."""

    template: str
    language: str
    text: str


@dataclass(frozen=True)
class Words:
    """One practice's. Nothing is refused here: what is wrong is told."""

    home: Path
    sender: str
    own: tuple[str, ...]
    link: Callable[[str], str]

    def templates(self) -> dict[str, dict[str, str]]:
        """Those that come with hsched, and over them the practice's own."""
        mine = self.home / OWN
        return laid_over(read_templates(TEMPLATES), read_templates(mine) if mine.exists() else {})

    def problems(self, more: Iterable[str] = ()) -> list[Problem]:
        """What speaks against them, also against more words than the practice's."""
        return lint_all(self.templates(), (*self.own, *more), self.sender)

    def shown(self) -> Iterator[Shown]:
        """Each as a client reads it; one that breaks its form is left out, and among the problems."""
        broken = {(one.template, one.language) for one in self.problems() if one.rule in ("form", "fields")}
        for name, texts in self.templates().items():
            for language in LANGUAGES:
                if language in texts and (name, language) not in broken:
                    when = written_time(EXAMPLE, language)
                    values = {"when": when, "until": when, "link": self.link(NOBODYS_CASE)}
                    yield Shown(name, language, rendered(texts[language], language, self.sender, values, as_text=not name.endswith(MAIL)))
