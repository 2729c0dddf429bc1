"""Connectors with one guard removed: what the tests of the EHR's misbehaviour must catch. Each docstring says what is missing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hsched_adapters.ehr.rest.client import Answer, NoAnswerError
from hsched_core.domain.actions import Destination
from hsched_core.domain.rollout import Phase
from tests.path_twins import NewKeyEachTime, WithoutSecondLook
from tests.rest_world import RestWorld


def repeats_writes(world: RestWorld) -> None:
    """A write without a good answer is sent again at once, as HTTP libraries do by themselves when asked to retry."""
    client = world.connector.ehr.client
    whole = client.send

    def send(*request: Any) -> Answer:
        try:
            answer = whole(*request)
        except NoAnswerError:
            return whole(*request)
        return answer if answer.is_good and answer.document is not None else whole(*request)

    client.send = send  # type: ignore[method-assign]  # what the test is about


def searches_at_once(world: RestWorld) -> None:
    """The settle window is nothing: what comes late is not found, and written again."""
    for destination in (Destination.EHR, Destination.MESSAGES):
        door: Any = world.doors.door(destination, Phase.REVIEW)
        world.doors._made[destination] = replace(door, capabilities=replace(door.capabilities, max_latency=timedelta(0)))


def opens_in_shadow(world: RestWorld) -> None:
    """The doors do not look at the phase."""
    closed = world.doors.door
    object.__setattr__(world.doors, "door", lambda destination, _: closed(destination, Phase.REVIEW))


def forgets_versions(world: RestWorld) -> None:
    """A write does not say which version it is for."""
    client = world.connector.ehr.client
    whole = client.send
    names = world.connector.profile.headers

    def send(method: str, path: str, body: Any, headers: Any) -> Answer:
        return whole(method, path, body, {name: value for name, value in headers.items() if name != names["version"]})

    client.send = send  # type: ignore[method-assign]  # what the test is about


class NewKeyBlindly(NewKeyEachTime, WithoutSecondLook):
    """A fresh key for every attempt, and no look at the calendar before it."""
