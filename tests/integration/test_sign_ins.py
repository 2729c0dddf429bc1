"""Who is signed in, on SQLite and on PostgreSQL: begun and ended with an entry, found by the secret alone, forgotten when over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.embedding.cds_log import ANSWERED, CdsLog
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.engine import open_engine
from hsched_adapters.store.passkeys import PasskeyRefusedError, SqlPasskeys
from hsched_adapters.store.schema import sign_ins
from hsched_adapters.store.sign_ins import SqlSignIns
from hsched_core.domain.access import SignInRules, Vouched, Way
from tests.audit_trails import Desk
from tests.http_desk import at_once
from tests.sandbox_ehr import MovableClock

pytestmark = pytest.mark.xdist_group("postgres")


@dataclass
class Kept:
    """Sign-ins over a store of either kind, and a clock to turn."""

    desk: Desk
    trail: AuditTrail
    clock: MovableClock
    engine: sa.Engine
    sign_ins: SqlSignIns

    def count(self) -> int:
        with self.trail.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(sign_ins)).scalar_one())


def kept_in(desk: Desk) -> Kept:
    clock, trail, engine = MovableClock(), desk.open(), open_engine(desk.url)
    return Kept(desk, trail, clock, engine, SqlSignIns(engine, trail, clock, clock, SignInRules()))


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = kept_in(Desk(url, tmp_path))
    yield made
    made.engine.dispose()
    made.trail.close()


def test_a_sign_in_is_found_by_its_secret_until_it_ends(kept: Kept) -> None:
    """Whoever has only what is stored has nothing."""
    secret = kept.sign_ins.start("frontdesk", Way.PROVIDER)
    found = kept.sign_ins.of(secret)
    assert found is not None
    seen = []
    for _ in range(2):
        kept.clock.instant += timedelta(minutes=10)
        seen.append(kept.sign_ins.of(secret))
    by_hash = kept.sign_ins.of(found.id)
    kept.sign_ins.end(found)

    assert (found.login, found.way) == ("frontdesk", Way.PROVIDER)
    assert [one.started_at for one in seen if one] == [found.started_at] * 2
    assert (by_hash, kept.sign_ins.of(secret)) == (None, None)
    assert kept.desk.verdict(secrets=kept.desk.keys.secret_of).broken is None


def test_a_provider_ends_what_it_vouched_for_and_nothing_later(kept: Kept) -> None:
    """By its session, or by the person; another person's, another way's and later ones stay."""
    vouched = [Vouched("a" * 64, "1" * 64), Vouched("a" * 64, "2" * 64), Vouched("a" * 64), Vouched("b" * 64, "3" * 64), Vouched()]
    secrets = [kept.sign_ins.start("frontdesk", Way.PROVIDER, vouched=one) for one in vouched]
    told = kept.clock.instant
    kept.clock.instant += timedelta(minutes=1)
    later = kept.sign_ins.start("frontdesk", Way.PROVIDER, vouched=vouched[0])

    def stays() -> list[bool]:
        return [kept.sign_ins.of(one, is_alive=False) is not None for one in (*secrets, later)]

    counts = [kept.sign_ins.end_vouched(Vouched(), told), kept.sign_ins.end_vouched(Vouched("c" * 64, "4" * 64), told)]
    assert (counts, all(stays())) == ([0, 0], True)
    assert kept.sign_ins.end_vouched(Vouched(session="1" * 64), told) == 1
    assert kept.sign_ins.end_vouched(Vouched("a" * 64, "9" * 64), told) == 1
    assert stays() == [False, True, False, True, True, True]
    assert kept.sign_ins.end_vouched(Vouched("a" * 64), told) == 1
    assert stays() == [False, False, False, True, True, True]
    assert kept.desk.verdict(secrets=kept.desk.keys.secret_of).broken is None


def test_what_is_over_is_forgotten_with_the_next_sign_in(kept: Kept, tmp_path: Path) -> None:
    """The table does not grow for ever; another practice's rows in the same store are not touched."""
    other = kept_in(Desk(kept.desk.url, tmp_path / "other", practice="oak"))
    secret = other.sign_ins.start("frontdesk", Way.DEMO)
    for _ in range(3):
        kept.sign_ins.start("frontdesk", Way.DEMO)
    kept.clock.instant += timedelta(hours=12)
    kept.sign_ins.start("manager1", Way.DEMO)
    elsewhere = (other.sign_ins.of(secret), kept.sign_ins.of(secret))
    other.engine.dispose()
    other.trail.close()

    assert kept.count() == 2
    assert (elsewhere[0] is not None, elsewhere[1]) == (True, None)


def test_a_call_of_the_ehr_is_answered_once(kept: Kept) -> None:
    """Of several at once with one token, one is kept; a second log over the same store knows it."""
    log, call = CdsLog(kept.trail, kept.clock), "ab" * 32

    assert at_once([lambda: log.keep(call, "ehr", ANSWERED, {"count": 0})] * 4) == {True: 1, False: 3}
    assert [CdsLog(kept.trail, kept.clock).is_used(one) for one in (call, "cd" * 32)] == [True, False]


@pytest.mark.parametrize("counts", [(0, 0, 0), (3, 4, 4)])
def test_of_two_answers_at_once_one_signs_in(kept: Kept, counts: tuple[int, int, int]) -> None:
    """Both were looked at before either was written down: to one half sign-in without a count, to two with the same one."""
    store = SqlPasskeys(kept.trail, kept.clock, kept.clock)
    before, *shown = counts
    store.add("frontdesk", b"credential", before, "")
    (passkey,) = store.of("frontdesk")
    halves = [kept.sign_ins.start("frontdesk", Way.PROVIDER) for _ in range(2 if before else 1)] * (1 if before else 2)
    found = [kept.sign_ins.of(half) for half in halves]

    def answer(number: int) -> bool:
        half = found[number]
        assert half is not None
        try:
            kept.sign_ins.start(
                "frontdesk",
                half.way,
                instead_of=halves[number],
                proof=lambda recording: store.used(recording, passkey, shown[number], half.id),
            )
        except PasskeyRefusedError:
            return False
        return True

    assert at_once([lambda: answer(0), lambda: answer(1)]) == {True: 1, False: 1}
    assert [one.uses for one in store.of("frontdesk")] == [shown[0]]
    assert kept.count() == len(set(halves))
