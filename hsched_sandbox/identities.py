"""Names, addresses and other identifiers of people who do not exist. Pure: the same numbers give the same people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.columns import Columns, Ints, Words
from hsched_sandbox.world import Payer

AREA_CODES = 790
LINES = 100  # 555-0100 to 555-0199 are reserved for fiction
MEMBER_PREFIXES = ("HXC", "HXM", "", "HXR")
NEITHER = 0.03  # neither female nor male in the record
GENDERS = np.array(["F", "M", "X", "U"])


@dataclass(frozen=True)
class Identities(Columns):
    """What an EHR holds on each person."""

    given: Words
    family: Words
    gender: Words
    email: Words
    phone: Words
    street: Words
    city: Words
    postal_code: Words
    member_id: Words
    emergency_contact: Words


def identities(payer: Ints, rng: np.random.Generator) -> Identities:
    """One identity a client. Full names do not repeat while there are enough of them."""
    count = len(payer)
    given, family, is_male = _names(count, rng)
    neither = rng.random(count) < NEITHER
    gender = GENDERS[np.where(neither, rng.integers(2, 4, count), is_male)]
    place = rng.integers(0, len(wordlists.CITIES), count)
    cities, codes = np.array(wordlists.CITIES).T
    road = _joined(_picked(wordlists.STREETS, count, rng), " ", _picked(wordlists.STREET_KINDS, count, rng))
    street = _joined(rng.integers(2, 990, count).astype(str), " ", road)
    number = rng.permutation(count)
    return Identities(
        given=given,
        family=family,
        gender=gender,
        email=_emails(given, family, rng),
        phone=phones(number),
        street=street,
        city=cities[place],
        postal_code=codes[place],
        member_id=_member_ids(payer, rng),
        emergency_contact=_contacts(family, phones(number[::-1] + count), rng),
    )


def phones(number: Ints) -> Words:
    """Numbers of the range reserved for fiction, each its own while there are fewer than 79,000."""
    area, line = 201 + number % AREA_CODES, number // AREA_CODES % LINES
    return np.array([f"({a}) 555-01{b:02d}" for a, b in zip(area.tolist(), line.tolist(), strict=True)], dtype=np.str_)


def filled(templates: Sequence[str], rows: Ints, people: Identities, rng: np.random.Generator) -> list[str]:
    """A random sentence for each row, with that person's name and number where the sentence wants them."""
    chosen = rng.integers(0, len(templates), len(rows)).tolist()
    given, family, phone = (column[rows].tolist() for column in (people.given, people.family, people.phone))
    return [templates[choice].format(given=a, family=b, phone=c) for choice, a, b, c in zip(chosen, given, family, phone, strict=True)]


def _names(count: int, rng: np.random.Generator) -> tuple[Words, Words, Ints]:
    firsts = np.array(wordlists.FEMALE + wordlists.MALE)
    families = np.unique([head + tail for head in wordlists.FAMILY_HEADS for tail in wordlists.FAMILY_TAILS])
    pair = rng.permutation(len(firsts) * len(families))[np.arange(count) % (len(firsts) * len(families))]
    first = pair % len(firsts)
    return firsts[first], families[pair // len(firsts)], (first >= len(wordlists.FEMALE)).astype(np.int64)


def _emails(given: Words, family: Words, rng: np.random.Generator) -> Words:
    domain = np.array(["@example.org", "@example.com"])[rng.integers(0, 2, len(given))]
    return _joined(np.char.lower(given), ".", np.char.lower(family), rng.integers(1, 99, len(given)).astype(str), domain)


def _member_ids(payer: Ints, rng: np.random.Generator) -> Words:
    digits = rng.integers(10**8, 10**9, len(payer)).astype(str)
    return np.where(payer == Payer.SELF_PAY, "", _joined(np.array(MEMBER_PREFIXES)[payer], digits))


def _contacts(family: Words, phone: Words, rng: np.random.Generator) -> Words:
    firsts = _picked(wordlists.FEMALE + wordlists.MALE, len(family), rng)
    return _joined(firsts, " ", family, " (", _picked(wordlists.RELATIONS, len(family), rng), ") ", phone)


def _picked(words: Sequence[str], count: int, rng: np.random.Generator) -> Words:
    return np.array(words)[rng.integers(0, len(words), count)]


def _joined(*parts: Words | str) -> Words:
    text = np.asarray(parts[0], dtype=np.str_)
    for part in parts[1:]:
        text = np.char.add(text, part)
    return text
