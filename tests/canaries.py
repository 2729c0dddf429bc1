"""Canaries: made-up identifiers of the 18 kinds of 45 CFR 164.514(b)(2)(i), each unique, none a word or number that occurs by chance."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from hsched_core.privacy.identifiers import Needle, date_forms, phone_forms

CONSONANTS, VOWELS = "bdgklmnprtvz", "aeiou"
SYLLABLES = [first + vowel for first in CONSONANTS for vowel in VOWELS]
FIRST_BIRTH = date(1931, 2, 3)
DAYS_OF_BIRTH = 27_000  # up to 2005


def word(number: int, family: int = 0) -> str:
    """A pronounceable word no dictionary holds; another one for every number below 20,000, and in each of ten families."""
    number += family * 20_000
    parts = []
    for _ in range(3):
        number, place = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[place])
    return "xq" + "".join(parts)


def name(number: int) -> str:
    """Every seventh name with an accent, every eleventh in Hebrew letters."""
    if number % 11 == 0:
        return "".join("אבגדהוזחטיכלמנסעפצקרשת"[int(digit) * 2] for digit in f"{number + 770_000:07}")
    plain = word(number).capitalize()
    return f"{plain}é" if number % 7 == 0 else plain


def _digits(number: int, length: int) -> str:
    """Digits that look random; a bijection, so that another number has other digits."""
    return f"{(number * 7_368_787 + 123_456_789) % 10**length:0{length}}"


def _phone(number: int, area: int) -> str:
    return f"({area}) {_digits(number, 7)[:3]}-{_digits(number, 7)[3:]}"


def _ssn(number: int) -> str:
    nine = _digits(number, 9)
    return f"{nine[:3]}-{nine[3:5]}-{nine[5:]}"


def _birth(number: int) -> str:
    """A day as the sandbox's EHR writes it."""
    return f"{FIRST_BIRTH + timedelta(days=number * 7_919 % DAYS_OF_BIRTH):%m/%d/%Y}"


KINDS: dict[str, Callable[[int], str]] = {
    "name": name,
    "geographic": lambda n: f"{n + 11} {word(n, 1).capitalize()} Hollow",
    "date": _birth,
    "phone": lambda n: _phone(n, 347),
    "fax": lambda n: _phone(n, 646),
    "e-mail": lambda n: f"{word(n, 2)}@mail.example",
    "SSN": _ssn,
    "medical record": lambda n: f"MRN-{_digits(n, 9)}",
    "health plan": lambda n: f"HXP{_digits(n, 9)}",
    "account": lambda n: f"ACCT-{_digits(n, 10)}",
    "licence": lambda n: _digits(n, 10),
    "vehicle": lambda n: f"1HGCM{_digits(n, 12)}",
    "device": lambda n: f"SN:{_digits(n, 8)}-{word(n, 3)}",
    "URL": lambda n: f"https://{word(n, 4)}.example/chart",
    "IP": lambda n: f"fd00:{_digits(n, 8)[:4]}:{_digits(n, 8)[4:]}::7",
    "biometric": lambda n: f"FPT/{word(n, 5)}+{_digits(n, 6)}==",
    "photo": lambda n: f"IMG_{_digits(n, 8)}_{word(n, 6)}.jpg",
    "other": lambda n: f"UID-{_digits(n, 9)}",
}


CONTROLS = (*KINDS, *["name"] * 10)  # eleven names: one has an accent, one Hebrew letters


@dataclass
class Canaries:
    """Draws canaries and remembers them: `planted[kind]` maps each to the place it was planted in first."""

    planted: dict[str, dict[str, str]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def new(self, kind: str, place: str) -> str:
        """The next canary of that kind."""
        canary = KINDS[kind](len(self.planted[kind]) + 1)
        self.planted[kind][canary] = place
        return canary

    def new_label(self, place: str) -> str:
        """A name in the form of a code: small letters without accents."""
        canary = word(len(self.planted["name"]) + 1, 7)
        self.planted["name"][canary] = place
        return canary

    def controls(self) -> list[tuple[str, str]]:
        """A canary of each of `CONTROLS`, in that order."""
        return [(kind, self.new(kind, "control")) for kind in CONTROLS]

    @property
    def count(self) -> int:
        """How many are planted."""
        return sum(map(len, self.planted.values()))

    def needles(self) -> list[Needle]:
        """What to search for: every canary in the forms systems rewrite its kind in."""
        return [Needle(kind, form) for kind, canaries in self.planted.items() for canary in canaries for form in forms(kind, canary)]


def forms(kind: str, canary: str) -> Iterator[str]:
    """A canary as written, and rewritten: a phone number in digits, a date in ISO."""
    yield canary
    if kind in {"phone", "fax"}:
        yield from phone_forms(canary)
    elif kind == "SSN":
        yield canary.replace("-", "")
    elif kind == "date":
        month, day, year = map(int, canary.split("/"))
        yield from date_forms(date(year, month, day))
