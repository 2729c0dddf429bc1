"""The learning flow's narrow door to the operational store: it puts a day's scores and feature rows there, whole or not at all.

Neither this module nor what it imports can open the vault (decision 0010). Rows are plain values by column name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from hsched_adapters.settings import Settings
from hsched_adapters.store.engine import open_engine, reading, writing
from hsched_adapters.store.schema import client_features, feature_rows, publications, scores

Row = Mapping[str, Any]
BATCH = 2000
NEWEST_MOMENT_FIRST = ("day_before", "three_days_before", "at_booking")


@dataclass(frozen=True)
class Publication:
    """A day's scores of coming visits, the feature rows they rest on, and what is known of each client."""

    as_of_on: date
    published_at: datetime
    seal_number: int
    seal: str
    scores: Sequence[Row]
    feature_rows: Sequence[Row]
    client_features: Sequence[Row]


@dataclass(frozen=True)
class Published:
    """What stands in the store: one publication's rows, never two days' mixed. `head` is None where nothing was published."""

    head: Row | None
    scores: Sequence[Row] = ()
    feature_rows: Sequence[Row] = ()
    client_features: Sequence[Row] = ()


class ScoreStore:
    """The published scores of one practice."""

    def __init__(self, url: str, practice: str) -> None:
        self._engine = open_engine(url)
        self._practice = practice

    def publish(self, publication: Publication) -> bool:
        """Replace what stands, in one transaction; False where a later day stands already, which is kept."""
        with writing(self._engine) as connection:
            standing = self._head(connection)
            if standing is not None and standing["as_of_on"] > publication.as_of_on:
                return False
            number = connection.execute(publications.insert().values(**self._told(publication))).inserted_primary_key
            assert number is not None
            for table, rows in (
                (scores, publication.scores),
                (feature_rows, publication.feature_rows),
                (client_features, publication.client_features),
            ):
                connection.execute(table.delete().where(table.c.practice == self._practice))
                for batch in _batches({**row, "practice": self._practice, "publication": number[0]} for row in rows):
                    connection.execute(table.insert(), batch)
        return True

    def newest(self) -> Published:
        """Everything that stands, of one publication."""
        with reading(self._engine) as connection:
            head = self._head(connection)
            rows = [self._rows(connection, table) for table in (scores, feature_rows, client_features)]
        return Published(head, *rows)

    def coming(self, now: datetime) -> list[Row]:
        """Published scores of visits that begin after that instant; not those that were made up later."""
        begins_after = scores.c.starts_at > now.astimezone(UTC)
        ours = sa.select(scores).where(scores.c.practice == self._practice, begins_after, sa.not_(scores.c.is_hindsight))
        with reading(self._engine) as connection:
            return [{**row, "starts_at": _aware(row["starts_at"])} for row in connection.execute(ours).mappings()]

    def mark(self) -> str:
        """A name for what stands: another one whenever something is published; empty where nothing was."""
        with reading(self._engine) as connection:
            head = self._head(connection)
        return f"{head['id']}:{head['seal']}" if head else ""

    def heads(self) -> list[tuple[int, str]]:
        """Number and seal of every publication: what this database remembers of the shadow ledger."""
        ours = sa.select(publications.c.seal_number, publications.c.seal).where(publications.c.practice == self._practice)
        with reading(self._engine) as connection:
            return [(number, seal) for number, seal in connection.execute(ours)]

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def _head(self, connection: sa.Connection) -> Row | None:
        ours = sa.select(publications).where(publications.c.practice == self._practice)
        found = connection.execute(ours.order_by(publications.c.id.desc()).limit(1)).mappings().one_or_none()
        return None if found is None else dict(found)

    def _rows(self, connection: sa.Connection, table: sa.Table) -> list[Row]:
        ours = sa.select(table).where(table.c.practice == self._practice)
        return [dict(row) for row in connection.execute(ours).mappings()]

    def _told(self, publication: Publication) -> dict[str, Any]:
        return {
            "practice": self._practice,
            "as_of_on": publication.as_of_on,
            "published_at": publication.published_at,
            "seal_number": publication.seal_number,
            "seal": publication.seal,
            "scores": len(publication.scores),
            "feature_rows": len(publication.feature_rows),
            "clients": len(publication.client_features),
        }


def _aware(instant: datetime) -> datetime:
    """SQLite forgets the zone; what was put there was UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def newest_of_each(rows: Iterable[Row]) -> list[Row]:
    """One row a visit: of the moment nearest to it."""
    ranked = sorted(rows, key=lambda row: NEWEST_MOMENT_FIRST.index(row["moment"]), reverse=True)
    return list({row["appointment_token"]: row for row in ranked}.values())


def open_score_store(settings: Settings) -> ScoreStore:
    """The store of the practice's settings."""
    return ScoreStore(settings.store_url, settings.practice.id)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
