"""What stands behind the answers, kept up to date while the service runs: the newest publication, and the champion of each moment.

A thread looks every few seconds, and puts a whole new engine in the place of the old one: a request sees one of them, never half of each.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hsched_adapters.assembly import OpenPractice
from hsched_service.failures import log_failure
from hsched_service.predict.engine import Engine
from hsched_service.predict.known import known_of

if TYPE_CHECKING:
    from hsched_models.online import OnlineModel

EVERY_SECONDS = 5.0
CLIENT, CLINICIAN = "client", "clinician"


class Standing:
    """The engine of now. Empty, and not ready, until it was refreshed once."""

    def __init__(self, opened: OpenPractice) -> None:
        self._opened = opened
        self._mark: str | None = None
        self._engine: Engine | None = None
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._refreshing = threading.Lock()

    @property
    def engine(self) -> Engine | None:
        """What answers now; None as long as nothing was looked up."""
        return self._engine

    def put(self, engine: Engine) -> None:
        """Answer with that one until something else stands."""
        self._engine = engine

    def refresh(self) -> None:
        """Look now. Whatever fails leaves what stood."""
        with self._refreshing:
            models = self._champions()
            mark = self._opened.service.predictions.published.mark()
            standing = self._engine
            if standing is None or mark != self._mark:
                self._engine, self._mark = self._made(models), mark
            elif models != standing.models:
                self._engine = replace(standing, models=models)

    def start(self) -> None:
        """Keep it up to date from now on; once."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._keep, name="predictions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join(timeout=EVERY_SECONDS)

    def _keep(self) -> None:
        while not self._end.is_set():
            try:
                self.refresh()
            except Exception as error:  # a store or registry that does not answer now is asked again
                log_failure(error)
            self._end.wait(EVERY_SECONDS)

    def _made(self, models: Mapping[str, "OnlineModel"]) -> Engine:
        opened, parts = self._opened, self._opened.service.predictions
        known = known_of(parts.published.newest())
        return Engine(
            zone=opened.timezone,
            settings=opened.reminder_settings,
            session_type=parts.session_type,
            models=models,
            known=known,
            clients=opened.vault.directory(CLIENT),
            clinicians=opened.vault.directory(CLINICIAN),
            holidays=parts.holidays(opened.clock.now()),
        )

    def _champions(self) -> Mapping[str, "OnlineModel"]:
        """Those in charge now; who still is, is not loaded again."""
        from hsched_models.champion import champion_online
        from hsched_models.features import MOMENTS
        from hsched_models.registry import Registry

        settings, standing = self._opened.settings, self._engine.models if self._engine else {}
        registry = Registry(settings.mlflow_tracking_uri, settings.paths.mlflow_artifacts)
        found = {moment: champion_online(registry, moment, standing.get(moment)) for moment in MOMENTS}
        return {moment: model for moment, model in found.items() if model is not None}
