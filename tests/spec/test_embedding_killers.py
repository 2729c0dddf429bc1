"""S2 where the EHR stands before the door: killers in the frame's addresses and forms, in what a launch brings, in calls of CDS Hooks."""

from collections.abc import Iterator

import pytest
from httpx import Response

from tests.embedded_world import EmbeddedWorld, embedded_world
from tests.killers import FORM_TYPE, MARK, PLACES, TEXTS, form_with, in_address

LAUNCH = ("iss", "launch", "state", "code")
HOOK = "/cds-services/hsched-appointment-book"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedWorld]:
    with embedded_world(tmp_path_factory.mktemp("killed")) as made:
        yield made


def tried(world: EmbeddedWorld) -> Iterator[tuple[str, Response]]:
    """What came back, by what was sent."""
    frame, path = world.launched("front", "PT-000001")
    for killer, content in in_address(PLACES):
        yield f"a case: {killer}", frame.submit(f"{path}/cases/{content}/approve", digest="0" * 64)
        yield f"a frame: {killer}", frame.get(f"/sidebar/{content}")
    for killer, raw in TEXTS.items():
        for act, name in (("approve", "digest"), ("reject", "reason")):
            form = form_with({"csrf": frame.csrf}, name, raw)
            headers = {"content-type": FORM_TYPE}
            yield f"{act}: {killer}", frame.post(f"{path}/cases/{'0d' * 16}/{act}", content=form, headers=headers)
    for name in LAUNCH:
        for killer, content in in_address(TEXTS):
            way = "launch" if name in ("iss", "launch") else "return"
            yield f"{way} {name}: {killer}", world.frame().get(f"/smart/{way}?{name}={content}")
    for killer, raw in TEXTS.items():
        yield f"hook: {killer}", world.ask(HOOK, raw)
        told = {"hook": "appointment-book", "hookInstance": raw.decode("latin-1"), "context": {"patientId": raw.decode("latin-1")}}
        yield f"context: {killer}", world.ask(HOOK, told)


def test_a_killer_opens_nothing_and_is_not_repeated(world: EmbeddedWorld) -> None:
    """Refused, or no more than a text; no failure, nothing of it in the answer, no case touched."""
    before = {case.id: case.state for case in world.service.opened.service.desk.cases.all()}
    answers = list(tried(world))

    assert [(what, one.status_code) for what, one in answers if one.status_code >= 500] == []
    assert [what for what, one in answers if MARK in one.text or MARK in str(one.headers)] == []
    assert [(what, one.status_code) for what, one in answers if one.status_code < 400 and not what.startswith("context")] == []
    assert len(answers) > 150
    assert {case.id: case.state for case in world.service.opened.service.desk.cases.all()} == before
