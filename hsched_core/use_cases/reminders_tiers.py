"""The tiers in words: what each does, from which risk on, and why a visit is in the one it is in. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders_facts import Visit
from hsched_core.use_cases.reminders_plan import Tier, call_relative_risk, called_from, tier, tier_by_risk
from hsched_core.use_cases.reminders_settings import ReminderSettings


@dataclass(frozen=True)
class TierWords:
    """One tier for people: which risks are in it, what its visits get."""

    tier: Tier
    risks: str
    what: str


def explained(settings: ReminderSettings) -> tuple[TierWords, ...]:
    """Every tier under these settings, the lowest first."""
    asked = f"asked to confirm {_days(settings.confirm_days)} before, and again {_days(settings.again_days)} before where nobody confirmed"
    intakes = settings.high_from_intake != settings.high_from
    limits = f"{settings.high_from:.0%}" + (f" (intakes: {settings.high_from_intake:.0%})" if intakes else "")
    return (
        TierWords(Tier.STANDARD, f"below {settings.raised_from:.0%}, or not known", f"one reminder {_days(settings.plain_days)} before"),
        TierWords(Tier.RAISED, f"from {settings.raised_from:.0%} on", asked),
        TierWords(Tier.HIGH, f"from {limits} on", f"the same, and {_calls(settings)}"),
    )


def why(visit: Visit, settings: ReminderSettings) -> str:
    """Why a visit is in its tier, and what follows."""
    if visit.risk is None:
        return "Standard care: one reminder. Nobody knows this visit's risk."
    risk = f"The risk of an unused visit is {visit.risk:.0%}"
    chosen = tier(visit, settings)
    if chosen is Tier.STANDARD:
        held = tier_by_risk(visit, settings) is not Tier.STANDARD
        return f"{risk}. {_held(visit)}" if held else f"{risk}, below {settings.raised_from:.0%}. Standard care: one reminder."
    if chosen is Tier.RAISED:
        return f"{risk}, from {settings.raised_from:.0%} on: asked to confirm, and asked again."
    helps = call_relative_risk(visit, settings) < settings.text_relative_risk and settings.calls_per_day > 0
    call = "and called where the day's calls reach." if helps else "but not called: a call does not help such a visit, or nobody calls."
    return f"{risk}, from {called_from(visit, settings):.0%} on: asked to confirm, asked again, {call}"


def tier_drawn(draw: Draw, settings: ReminderSettings) -> Tier:
    """The tier that a drawn visit's risk was in when it was drawn, by the thresholds in force now."""
    kind, _, modality = draw.stratum.partition(".")
    session = (draw.starts_at, 0, Modality(modality), SessionType(kind))
    return tier_by_risk(Visit(draw.subject, draw.client, *session, risk=draw.expected), settings)


def counted(visits: Iterable[Visit], settings: ReminderSettings) -> dict[Tier, int]:
    """How many of the visits are in each tier."""
    found = Counter(tier(one, settings) for one in visits)
    return {one: found[one] for one in Tier}


def _held(visit: Visit) -> str:
    return "Held at standard care by chance: one reminder." if visit.arm is Arm.HELD else "Not drawn yet: standard care until then."


def _calls(settings: ReminderSettings) -> str:
    if not settings.calls_per_day:
        return "no call: calls_per_day is 0"
    kinds = {"in-person": settings.call_relative_risk, "remote": settings.call_relative_risk_remote}
    helped = [kind for kind, relative in kinds.items() if relative < settings.text_relative_risk]
    left_out = [kind for kind in kinds if kind not in helped]
    where = f" of {' and '.join(helped)} visits" if helped else ""
    never = f"; {' and '.join(left_out)} visits are never called about" if left_out else ""
    return f"a call by staff{where}, {settings.calls_per_day} a day, those first that save most{never}"


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"
