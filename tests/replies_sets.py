"""The labelled messages that tests of replies read. All were written for this project; none is a real client's."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hsched_core.domain.replies import Intent, Language, Reading
from hsched_core.replies.reading import read

FOLDER = Path(__file__).parent / "replies"
SETS = ("labelled", "crisis", "acceptance", "later", "second_author", "families", "third", "fourth", "reviewer", "fifth", "sixth")


@dataclass(frozen=True)
class Labelled:
    """A message and what a person says it is. `kind` tells danger, clinical content, look-alikes, and a `doubtful` yes, apart."""

    text: str
    intent: Intent
    language: Language
    kind: str

    @property
    def reading(self) -> Reading:
        return reading_of(self.text)

    @property
    def is_caught(self) -> bool:
        return self.reading.intent is Intent.CRISIS

    @property
    def is_understood(self) -> bool:
        return self.reading.intent is self.intent


@cache
def reading_of(text: str) -> Reading:
    """The same text has the same reading; several tests ask for it."""
    return read(text)


def labelled(name: str) -> list[Labelled]:
    """One of eleven: `labelled` and `crisis`, beside which the rules were written; `acceptance`, written before any rule and not tuned on;
    `later`, written when the rules were done, looked at once for its figures, and mended after.

    By a second author: `second_author`, before a look at any rule; `families`, beside the rules mended with it; `third` and `fourth`, when
    those were done. Each of the three was looked at once for its figures, and the rules mended after.
    `fifth`: written by a third author after those were mended, looked at once; `sixth` a small one after that.
    `reviewer`: what a reviewer of the finished rules found to be read wrongly, with what they expected.
    """
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [Labelled(row["text"], Intent(row["intent"]), Language(row["language"]), row["kind"]) for row in rows]


def share(messages: Iterable[Labelled]) -> float:
    """The share that is understood."""
    told = [one.is_understood for one in messages]
    return sum(told) / len(told)
