"""How rules are written: under each name its patterns, one a line, over the words of a message.

`~` is a gap of up to three words, `{kind}` one of the words listed under that kind; a line that ends in a backslash goes on in the next.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

GAP = r"(?: \w+){0,3}"
GAPS = re.compile(r" ?\??~")
CONTINUED = re.compile(r"\\\n\s*")


@dataclass(frozen=True)
class Rule:
    """A pattern and its name; names go to the audit trail."""

    name: str
    pattern: re.Pattern[str]


def rules(prefix: str, patterns: Mapping[str, str], kinds: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """Rules of these patterns; they match whole words."""
    return tuple(Rule(f"{prefix}.{name}", compiled(told, kinds)) for name, told in patterns.items())


def compiled(told: str, kinds: Mapping[str, str] | None = None) -> re.Pattern[str]:
    """One pattern for all the lines."""
    lines = [line.strip() for line in CONTINUED.sub("", told).splitlines()]
    whole = "|".join(line for line in lines if line)
    for kind, words in (kinds or {}).items():
        whole = whole.replace("{" + kind + "}", f"(?:{'|'.join(words.split())})")
    return re.compile(rf"\b(?:{GAPS.sub(lambda _: GAP, whole)})\b")


def matching(known: Sequence[Rule], text: str) -> Iterator[str]:
    """Names of the rules that match."""
    return (rule.name for rule in known if rule.pattern.search(text))


def words(told: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(told.split())
