"""The search for identifiers in files that must hold none. Tells file, kind and count; never the identifier.

It finds them as they stand and in the disguises files put on: case, UTF-16, base64, hex, URL, JSON and HTML escapes,
reversal, compression, Parquet, SQLite with its log, DuckDB, archives in archives. It does not find what was cut in two.
"""

import html
import re
from binascii import b2a_base64
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_plus

import ahocorasick

from hsched_adapters.artifacts import Piece, Raw, Text, Unread, Values, pieces_in, pieces_of
from hsched_core.privacy.identifiers import Needle

UNBOUND_LENGTH = 9  # from here on a needle with letters needs no word boundary between the packed values of a binary file
SHORTEST_ENCODED = 7  # bytes; shorter ones give base64 and hex that occur by chance
SHORTEST_REVERSED_NUMBER = 10  # shorter ids of digits are dense: backwards they are somebody else's
WINDOW = 160  # characters around an escape that are decoded together
# What an escape begins with (asking for one letter is quick), what it looks like, and how it is undone.
ESCAPES = (
    ("%", re.compile(r"%[0-9A-Fa-f]{2}"), unquote_plus),
    ("+", re.compile(r"\+(?=\w)"), lambda text: text.replace("+", " ")),
    ("&", re.compile(r"&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});"), html.unescape),
    ("\\u", re.compile(r"\\+u[0-9A-Fa-f]{4}"), lambda text: re.sub(r"\\+u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), text)),
)


@dataclass(frozen=True, order=True)
class Hit:
    """So many occurrences of identifiers of a kind in a file."""

    file: str
    kind: str
    count: int


@dataclass(frozen=True)
class ScanReport:
    """What was found, and how much was looked at."""

    hits: tuple[Hit, ...]
    files: int
    bytes: int
    unread: tuple[str, ...]  # parts that could be searched as raw bytes only


class _Pattern(NamedTuple):
    """What a match in an automaton stands for."""

    needle: int
    length: int
    is_bound: bool
    is_number: bool
    exact: str = ""  # where letters' case matters: the pattern as it is written


class Scanner:
    """A search for a set of needles; build once, scan many files."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._needles = sorted(set(needles), key=lambda needle: (needle.kind, needle.text))
        self._whole: dict[str, int] = {}
        self._patterns: dict[str, _Pattern] = {}
        for number, needle in enumerate(self._needles):
            self._add(number, needle)
        self._search = _automaton(self._patterns)

    def scan(self, paths: Iterable[Path], root: Path | None = None) -> ScanReport:
        """Search files and all files below folders; names in the report are relative to `root`."""
        hits: list[Hit] = []
        unread: list[str] = []
        files = size = 0
        for path in _files(paths):
            name = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
            found = self._count([Text(name), *pieces_of(path)], unread)
            hits += [Hit(name, kind, count) for kind, count in found.items()]
            files, size = files + 1, size + path.stat().st_size
        return ScanReport(tuple(sorted(hits)), files, size, tuple(dict.fromkeys(unread)))

    def scan_bytes(self, content: bytes, name: str) -> tuple[Hit, ...]:
        """Search some bytes: a captured log, an answer of a server."""
        found = self._count(pieces_in(content, name), [])
        return tuple(sorted(Hit(name, kind, count) for kind, count in found.items()))

    def _add(self, number: int, needle: Needle) -> None:
        text = needle.text.casefold()
        if needle.whole:
            self._whole.setdefault(text, number)
            return
        is_number = text.isdigit()
        self._patterns.setdefault(text, _Pattern(number, len(text), True, is_number))
        if len(text) >= (SHORTEST_REVERSED_NUMBER if is_number else SHORTEST_ENCODED):
            self._patterns.setdefault(text[::-1], _Pattern(number, len(text), True, is_number))
        encoded = needle.text.encode()
        if len(encoded) >= SHORTEST_ENCODED:
            self._patterns.setdefault(encoded.hex(), _Pattern(number, 2 * len(encoded), False, False))
            for disguise in _base64(encoded):
                self._patterns.setdefault(disguise.casefold(), _Pattern(number, len(disguise), False, False, exact=disguise))

    def _count(self, pieces: Iterable[Piece], unread: list[str]) -> Counter[str]:
        """Occurrences by kind. A file's readings overlap (raw and decoded), so each needle counts with its largest number."""
        most: Counter[int] = Counter()
        for piece in pieces:
            if isinstance(piece, Unread):
                unread.append(piece.part)
            else:
                most |= self._in_piece(piece)
        kinds: Counter[str] = Counter()
        for number, count in most.items():
            kinds[self._needles[number].kind] += count
        return kinds

    def _in_piece(self, piece: Text | Raw | Values) -> Counter[int]:
        if isinstance(piece, Values):
            folded = {value.strip().casefold() for value in piece.values}
            whole = Counter(self._whole[value] for value in folded & self._whole.keys())
            return whole | self._in_text("\n".join(piece.values), is_raw=False)
        return self._in_text(piece.text, is_raw=isinstance(piece, Raw))

    def _in_text(self, text: str, *, is_raw: bool) -> Counter[int]:
        found = Counter(self._matches(text, is_raw=is_raw))
        for mark, pattern, decode in ESCAPES:
            if mark in text and (windows := _windows(text, pattern)):
                found |= Counter(self._matches(decode(windows), is_raw=False))
        return found

    def _matches(self, text: str, *, is_raw: bool) -> Iterator[int]:
        if self._search is None:
            return
        folded = text.casefold()
        for end, pattern in self._search.iter(folded):
            stands = pattern.exact in text if pattern.exact else _stands_alone(folded, end, pattern, is_raw=is_raw)
            if stands:
                yield pattern.needle


def _automaton(patterns: dict[str, _Pattern]) -> "ahocorasick.Automaton | None":
    if not patterns:
        return None
    automaton = ahocorasick.Automaton()
    for text, pattern in patterns.items():
        automaton.add_word(text, pattern)
    automaton.make_automaton()
    return automaton


def _stands_alone(text: str, end: int, pattern: _Pattern, *, is_raw: bool) -> bool:
    """Whether a match is a word of its own. Digits inside a longer number or behind its point are part of that number."""
    if not pattern.is_bound or (is_raw and not pattern.is_number and pattern.length >= UNBOUND_LENGTH):
        return True
    start = end - pattern.length + 1
    before = text[start - 1] if start > 0 else ""
    after = text[end + 1 : end + 2]
    if before.isalnum() or after.isalnum():
        return False
    return not (pattern.is_number and (before == "." or _is_fraction(text, end)))


def _is_fraction(text: str, end: int) -> bool:
    """A number goes on behind its point; a sentence does not."""
    return text[end + 1 : end + 2] == "." and text[end + 2 : end + 3].isdigit()


def _windows(text: str, escape: re.Pattern[str]) -> str:
    """The neighbourhoods of escapes, each once."""
    parts: list[str] = []
    covered = 0
    for match in escape.finditer(text):
        first, last = max(match.start() - WINDOW, covered), min(match.end() + WINDOW, len(text))
        if last > covered:
            parts.append(("" if first == covered else "\n") + text[first:last])
            covered = last
    return "".join(parts)


def _base64(content: bytes) -> Sequence[str]:
    """How some bytes look inside base64, at each of the three positions they may start at."""
    disguises = []
    for shift in range(3):
        encoded = b2a_base64(b"\0" * shift + content, newline=False).decode()
        first = (8 * shift + 5) // 6  # characters that hold bits of what stands before
        last = 8 * (shift + len(content)) // 6  # characters that hold no bit of what follows
        disguises.append(encoded[first:last])
    return disguises


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
