"""What a lived year leaves behind: everything that tables and plots are made of, kept as JSON from one command to the next."""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sklearn.metrics import roc_auc_score

from hsched_core.domain.contact import Purpose
from tests.year import judge, manual, measures, own_words, platform
from tests.year.groups import rates
from tests.year.life import Life
from tests.year.manual import Manual
from tests.year.platform import Platform
from tests.year.town import Setting

HOUR = timedelta(hours=1)
Rates = dict[str, tuple[float, float]]


@dataclass
class Summary:
    """One world's year. Rates are by client: how many they had, and how long they could have had some."""

    world: str
    setting: dict[str, Any]
    figures: dict[str, float]
    weeks: dict[str, list[float]]
    ends: dict[str, int]
    openings: list[tuple[float, float | None]]  # hours of notice, hours to the booking
    minutes: dict[str, float]
    counts: dict[str, int]
    offers: Rates
    contacts: Rates
    groups: dict[str, dict[str, str]]
    faults: dict[str, int] = field(default_factory=dict)  # rules that messages broke, double bookings, cases left lying
    told: dict[str, float] = field(default_factory=dict)  # what only this world has

    @property
    def name(self) -> str:
        return f"{self.setting['seed']}-{self.world.replace(' ', '-')}{'' if self.setting['has_effect'] else '-zero'}"

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_text(json.dumps(asdict(self)), encoding="utf-8")


def read(folder: Path) -> list[Summary]:
    """Every summary of a folder."""
    return [Summary(**json.loads(file.read_text(encoding="utf-8"))) for file in sorted(folder.glob("*.json"))]


def _of(world: str, life: Life) -> Summary:
    setting: Setting = life.town.setting
    opened = [(one.notice / HOUR, (one.filled_at - one.opened_at) / HOUR if one.filled_at else None) for one in measures.openings(life)]
    contacts = _added(rates(life, Purpose.REMINDER), life)
    return Summary(
        world=world,
        setting=asdict(setting),
        figures=measures.figures(life),
        weeks=measures.by_week(life),
        ends=dict(measures.visits(life)),
        openings=opened,
        minutes={what: float(count) for what, count in life.office.minutes.items()},
        counts=dict(life.counts),
        offers=rates(life, Purpose.OFFER),
        contacts=contacts,
        groups={client: life.town.group_of(client) for client in contacts},
        faults={"double bookings": len(measures.doubled(life))},
    )


def _added(found: Rates, life: Life) -> Rates:
    """Contacts of every kind, not only reminders."""
    had: dict[str, float] = {}
    for one in life.sent:
        had[one.client] = had.get(one.client, 0) + 1
    return {client: (had.get(client, 0.0), base) for client, (_, base) in found.items()}


def of_manual(lived: Manual, world: str = manual.NAME) -> Summary:
    """The usual world, with how good the risks were that nobody looked at in it."""
    found = _of(world, lived.life)
    ends = {name: measures.end_of(lived.life, name) for name, _ in lived.risks}
    scored = [(ends[name] != "attended", risk) for name, risk in lived.risks if ends[name] in ("attended", "no-show", "cancelled late")]
    missed, risks = [one for one, _ in scored], [risk for _, risk in scored]
    if len(set(missed)) > 1:
        found.told = {
            "AUROC of the risks": float(roc_auc_score(missed, risks)),
            "observed over expected": sum(missed) / sum(risks),
            "risks from 15 % on (%)": 100 * sum(risk >= 0.15 for risk in risks) / len(risks),
        }
    found.told |= {f"calls: {what}": count for what, count in lived.calls.items()}
    return found


def of_platform(lived: Platform, world: str = platform.NAME) -> Summary:
    """The world with hsched, with what its own trail tells beside the truth."""
    found = _of(world, lived.life)
    broken = list(judge.violations(lived))
    found.faults |= {"messages that broke a rule": len(broken), "cases left at no end": len(platform.unfinished(lived))}
    found.faults |= {f"messages: {rule}": broken.count(rule) for rule in set(broken)}
    found.told = {f"standby: {what}": count for what, count in {**_standby_cases(lived), **measures.standby(lived.life)}.items()}
    found.told |= {f"answers: {what}": count for what, count in lived.answers.items()}
    found.told |= own_words.effect(lived) | own_words.blocked_offers(lived)
    found.told |= {f"rounds: {what}": count for what, count in lived.rounds.items()}
    return found


def _standby_cases(lived: Platform) -> dict[str, int]:
    """What became of the proposals to tell somebody that a time may become free."""
    cases = [one for one in lived.store.tables.cases.values() if getattr(one.action, "template", "") == "standby_offer"]
    found: dict[str, int] = {"proposed": len(cases)}
    for one in cases:
        found[f"case {one.state}"] = found.get(f"case {one.state}", 0) + 1
    return found
