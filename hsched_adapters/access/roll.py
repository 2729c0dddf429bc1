"""The people of the practice, as people.yaml says now: a change takes effect at the next request, a broken file lets nobody in."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock

from hsched_core.domain.people import Person

Stamp = tuple[int, int, int]


class PeopleRoll:
    """`load` reads the file; it is asked again whenever the file is another one."""

    def __init__(self, file: Path, load: Callable[[], Mapping[str, Person]]) -> None:
        self._file, self._load = file, load
        self._stamp: Stamp | None = None
        self._people: Mapping[str, Person] = {}
        self._lock = Lock()

    def person(self, login: str) -> Person | None:
        """Who has that login and is not disabled; UserError where the file is broken."""
        found = self.people().get(login)
        return found if found and found.is_active else None

    def people(self) -> Mapping[str, Person]:
        """Everybody, by login."""
        with self._lock:
            stamp = self._now()
            if stamp is None or stamp != self._stamp:
                self._stamp, self._people = None, {}
                self._people = self._load()
                self._stamp = stamp or self._now()
            return self._people

    def _now(self) -> Stamp | None:
        try:
            found = os.stat(self._file)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
