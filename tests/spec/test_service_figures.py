"""Figures for Prometheus: who may read them, what they count, and that nothing of a client is in them."""

from collections.abc import Iterator

import pytest

from hsched_core.domain.api_clients import ApiScope
from tests.predict_desk import asked, predict_desk
from tests.predict_talk import ADDRESS, Talk, TestClient


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with predict_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


def read(desk: Talk, **headers: str) -> str:
    """What Prometheus reads."""
    token = desk.token("prometheus", ApiScope.METRICS)
    return str(desk.web.get("/metrics", headers={"authorization": f"Bearer {token}", **headers}).text)


def test_requests_are_counted_by_route_and_answer_never_by_what_they_say(desk: Talk) -> None:
    """Addresses that are no route are one route; ids, tokens and methods nobody knows are no labels."""
    desk.ask(asked(client_id="CLIENT-CANARY"))
    desk.ask(asked(client_id=""))
    desk.web.get("/c/secret-canary-token")
    desk.web.request("CANARY", "/health/live")
    desk.web.get("/health/live")
    text = read(desk)

    assert 'hsched_requests_total{method="POST",route="/predict/no-show-risk",status="200"} 1.0' in text
    assert 'hsched_requests_total{method="POST",route="/predict/no-show-risk",status="422"} 1.0' in text
    assert 'hsched_requests_total{method="GET",route="/health/live",status="200"} 1.0' in text
    assert 'hsched_requests_total{method="other"' in text
    assert 'hsched_champion{model="no_show__day_before",version="1"} 1.0' in text
    assert "hsched_audit_unproved" in text
    assert "hsched_stopped 0.0" in text
    assert "canary" not in text.lower()


def test_figures_are_for_who_may_read_them(desk: Talk) -> None:
    """A token of that scope, or this very machine; a proxy on it asks for somebody else."""
    here = TestClient(desk.app, base_url=ADDRESS, client=("127.0.0.1", 50_000))
    found = [
        desk.web.get("/metrics").status_code,
        desk.web.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code,
        desk.web.get("/metrics", headers={"authorization": f"Bearer {desk.token('ehr')}"}).status_code,
        here.get("/metrics").status_code,
        *(
            here.get("/metrics", headers={name: "elm.example"}).status_code
            for name in ("x-forwarded-for", "x-forwarded-host", "via", "host")
        ),
    ]
    here.close()

    assert found == [401, 401, 403, 200, 401, 401, 401, 401]


def test_what_cannot_be_told_is_not_told_as_zero(desk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise OSError("canary")

    monkeypatch.setattr(desk.opened.inbox, "waiting", fails)

    assert "hsched_inbox_waiting NaN" in read(desk)
