"""service.yaml in the practice's folder: how the running service is watched, and how often programs may ask it. It may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import yaml

from hsched_core.domain.errors import SettingsError

FILE = "service.yaml"
TRACES = ("off", "console")
MOST_A_MINUTE = 100_000_000


@dataclass(frozen=True)
class ServiceSection:
    """The whole file. Limits are per minute, may be used up at once, and come back little by little."""

    traces: str = "off"
    predictions_per_minute: int = 60_000  # visits that one API client may ask about
    readings_per_minute: int = 600  # of the figures, by one API client
    strangers_per_minute: int = 60  # requests with a token that nobody has, from one address
    deliveries_per_minute: int = 6_000  # webhooks and callbacks, from one address
    links_per_minute: int = 300  # pages behind clients' links, from one address
    calls_per_minute: int = 600  # of CDS Hooks, launches, sign-ins and sign-outs by the provider, from one address

    def __post_init__(self) -> None:
        if self.traces not in TRACES:
            raise SettingsError(f"{FILE}: traces is none of {', '.join(TRACES)}.", "Write one of them.")
        for one in fields(self):
            value = getattr(self, one.name)
            is_number = isinstance(value, int) and not isinstance(value, bool)
            if one.name != "traces" and not (is_number and 0 < value <= MOST_A_MINUTE):
                raise SettingsError(f"{FILE}: {one.name} is no such number.", f"A whole number from 1 to {MOST_A_MINUTE}.")


def load_service(home: Path) -> ServiceSection:
    """What the file says; the defaults where there is none. Unknown keys are refused."""
    try:
        content = yaml.safe_load((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ServiceSection()
    except (yaml.YAMLError, ValueError):
        raise SettingsError(f"{FILE} is not YAML.", "Mend it, or restore it from a copy.") from None
    known = [one.name for one in fields(ServiceSection)]
    if not isinstance(content, Mapping):
        raise SettingsError(f"{FILE} is not a mapping of settings.", f"Known are: {', '.join(known)}.")
    if unknown := sorted(str(key) for key in content if key not in known):
        raise SettingsError(f"{FILE} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    told = {**content, **({"traces": "off"} if content.get("traces") is False else {})}
    return ServiceSection(**told)
