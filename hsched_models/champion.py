"""The champion of a moment as it is asked online: taken from the registry when another one is in charge."""

from hsched_models.online import OnlineModel
from hsched_models.registry import CHAMPION, Registry, model_name


def champion_online(registry: Registry, moment: str, standing: OnlineModel | None = None) -> OnlineModel | None:
    """The champion of a moment, ready to be asked; None where there is none. `standing` itself where it is still the champion."""
    found = registry.version_of(moment, CHAMPION)
    if found is None:
        return None
    version = str(found.version)
    if standing is not None and standing.version == version:
        return standing
    model = OnlineModel(model_name(moment), version, registry.load(moment, version))
    model.warm()
    return model
