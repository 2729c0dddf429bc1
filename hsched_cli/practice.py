"""The practice this command is about: its settings, its folder, its present. Nothing is opened before it is needed."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsched_adapters.settings import Paths, Settings


def settings() -> "Settings":
    """What the environment describes; no practice needs to be there yet."""
    from hsched_adapters.settings import load_settings

    return load_settings()


def paths() -> "Paths":
    return settings().paths


def home() -> Path:
    return paths().home


def now() -> datetime:
    """The present, for stamps in logs; decisions receive theirs from the practice's clock."""
    from hsched_adapters.clock import SystemClock

    return SystemClock().now()
