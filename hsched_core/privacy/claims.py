"""The strongest claim that what a profile really releases allows. Computed from the release tables, never assumed.

Not legal advice: a claim printed here says what the rules of 45 CFR 164.514 do not exclude, and why not more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hsched_core.privacy.release import RELEASE, Nature, passing
from hsched_core.privacy.safe_harbor import EXPORT, Exported


class Claim(StrEnum):
    """What may be said about released rows."""

    SAFE_HARBOR = "Safe Harbor, 45 CFR 164.514(b)(2)"
    LIMITED = "limited data set, 45 CFR 164.514(e); still PHI"
    NONE = "none: identifiable PHI"


class Profile(StrEnum):
    """What is released, and for which use."""

    LIMITED = "limited"  # the graph
    SAFE_HARBOR = "safe_harbor"  # an export of finished feature rows


# What keeps rows from each claim.
NO_CLAIM = frozenset({Nature.DIRECT, Nature.FREE_TEXT})
NO_SAFE_HARBOR = NO_CLAIM | {Nature.DATE, Nature.GEOGRAPHIC, Nature.DERIVED_CODE, Nature.OPEN_AGE}


@dataclass(frozen=True)
class Finding:
    """The claim, and which fields keep it from being a stronger one."""

    claim: Claim
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """The line that is printed to people."""
        return f"{self.claim}" + (f" ({'; '.join(self.reasons)})" if self.reasons else "")


def released_by(profile: Profile) -> dict[str, Nature]:
    """Every field the profile releases, with what it is."""
    if profile is Profile.LIMITED:
        return {f"{table}.{to.to}": to.nature for table in RELEASE for to in passing(table).values()}
    return {name: decision.nature for name, decision in EXPORT.items() if isinstance(decision, Exported)}


def strongest_claim(released: Mapping[str, Nature]) -> Finding:
    """The strongest claim those fields allow, with the reasons against a stronger one."""
    natures = set(released.values())
    if natures & NO_CLAIM:
        return Finding(Claim.NONE, _reasons(released, NO_CLAIM))
    if natures & NO_SAFE_HARBOR:
        return Finding(Claim.LIMITED, _reasons(released, NO_SAFE_HARBOR))
    return Finding(Claim.SAFE_HARBOR, ())


def claim_of(profile: Profile) -> Finding:
    """What may be claimed about the profile's rows."""
    return strongest_claim(released_by(profile))


def _reasons(released: Mapping[str, Nature], against: Iterable[Nature]) -> tuple[str, ...]:
    counts = ((nature, [name for name, found in released.items() if found is nature]) for nature in Nature if nature in set(against))
    return tuple(f"{nature}: {len(names)} fields, e.g. {names[0]}" for nature, names in counts if names)
