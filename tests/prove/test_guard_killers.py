"""S2 on PostgreSQL, whose texts and numbers are stricter than SQLite's: the same killers, the same service."""

from pathlib import Path

from tests.guard_world import guarded
from tests.integration.test_guard_killers import as_bodies, faults, forms, in_fields, in_places, in_queries


def test_no_killer_reaches_the_database(tmp_path: Path, empty_postgres_url: str) -> None:
    """In fields, bodies, places and queries; and the store is as it was."""
    with guarded(tmp_path, clinicians=2, store=empty_postgres_url) as practice:
        before, tried, found = practice.snapshot(), 0, []
        for route in practice.routes:
            practice.world.opened.service.__dict__.pop("link_misses", None)
            sent = list(in_places(practice, route))
            sent += list(in_queries(practice, route)) if route.method == "GET" else []
            if route in forms(practice):
                sent += [*in_fields(practice, route), *as_bodies(practice, route, is_first=True)]
            tried, found = tried + len(sent), found + faults(iter(sent))
        print(f"PostgreSQL: {tried} requests with a killer, {len(found)} faults")
        assert found == []
        assert practice.snapshot() == before
