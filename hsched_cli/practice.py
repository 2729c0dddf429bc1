"""The practice this command is about: its settings, its folder, its present. Nothing is opened before it is needed."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.settings import Settings
    from hsched_models.registry import Registry


def settings() -> "Settings":
    """What the environment describes; no practice needs to be there yet."""
    from hsched_adapters.settings import load_settings

    return load_settings()


def home() -> Path:
    return settings().paths.home


def opened() -> "OpenPractice":
    """The practice; NotReadyError, with what to do, where there is none."""
    from hsched_adapters.assembly import open_practice

    return open_practice(settings())


def registry() -> "Registry":
    """The practice's models. Takes seconds to import: MLflow."""
    from hsched_models.registry import Registry

    chosen = settings()
    return Registry(chosen.mlflow_tracking_uri, chosen.paths.mlflow_artifacts)


def login() -> str:
    """Who types, as this machine knows them: a change of champion is signed."""
    import getpass

    from hsched_core.domain.errors import UserError

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user often has no name
        raise UserError("This machine does not know who you are.", "Say it: --by NAME.") from None


def now() -> datetime:
    """The machine's present, for stamps in logs; decisions receive theirs from the practice's clock."""
    from hsched_adapters.clock import SystemClock

    return SystemClock().now()
