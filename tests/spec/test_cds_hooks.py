"""CDS Hooks: an EHR asks while it books, and is told what the gate says; nobody else is told anything."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.advice import Weight, advise, asked_about
from hsched_core.policy.facts import Finding
from hsched_core.policy.gate import RULES, Verdict
from hsched_sandbox.ehr.records import Client, Consent
from hsched_service.cds.adviser import NOTHING_TO_CHECK
from tests.embedded_world import URL, EmbeddedWorld, embedded_world
from tests.sandbox_ehr import NOW
from tests.smart_ehr import CDS_ISSUER

ROOT = "/cds-services"
BOOK = f"{ROOT}/hsched-appointment-book"
FEEDBACK = f"{BOOK}/feedback"
FREE = NOW + timedelta(days=2, hours=1)  # nobody has anything then
TAKEN = NOW + timedelta(days=1)  # PT-000000 with PRV-0000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedWorld]:
    with embedded_world(tmp_path_factory.mktemp("cds")) as made:
        yield made


def proposed(starts_at: datetime, provider: str = "PRV-0000", patient: str = "PT-000005", **more: Any) -> dict[str, Any]:
    """A FHIR Appointment as an EHR proposes it."""
    who = [{"actor": {"reference": f"Practitioner/{provider}"}}, {"actor": {"reference": f"Patient/{patient}"}}]
    end = starts_at + timedelta(minutes=50)
    plain = {"resourceType": "Appointment", "status": "proposed", "start": starts_at.isoformat(), "end": end.isoformat()}
    return {**plain, "participant": who, **more}


def call(*appointments: dict[str, Any], patient: str = "PT-000005", user: str = "Practitioner/front") -> dict[str, Any]:
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in appointments]}
    context = {"userId": user, "patientId": patient, "appointments": bundle}
    more = {"fhirServer": "http://169.254.169.254/", "prefetch": {"patient": {"resourceType": "Patient"}}}
    return {"hook": "appointment-book", "hookInstance": str(uuid4()), "context": context, **more}


def cards(world: EmbeddedWorld, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = world.ask(BOOK, body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["cards"]
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["indicator"], one["summary"]) for one in found]


def test_the_service_is_discovered(world: EmbeddedWorld) -> None:
    """By the EHR's page in a browser as well, and by no other site's."""
    ours = world.frame().get(ROOT, headers={"origin": world.ehr.address})
    theirs = world.frame().get(ROOT, headers={"origin": "https://evil.example"})
    asks = {"origin": world.ehr.address, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    may = [world.frame().options(BOOK, headers={**asks, "origin": origin}) for origin in (world.ehr.address, "https://evil.example")]

    assert [(one["id"], one["hook"]) for one in ours.json()["services"]] == [("hsched-appointment-book", "appointment-book")]
    assert ours.headers["access-control-allow-origin"] == world.ehr.address
    assert "access-control-allow-origin" not in theirs.headers
    assert [one.status_code for one in may] == [200, 400]
    assert (
        "access-control-allow-origin"
        not in world.service.browser("manager1").get("/account", headers={"origin": world.ehr.address}).headers
    )


def test_a_booking_that_passes_has_nothing_said_about_it(world: EmbeddedWorld) -> None:
    """And the trail has who asked about whom."""
    assert cards(world, call(proposed(FREE))) == []

    entry = world.service.entries("cds_hooks.answered")[-1]
    assert (entry.actor, entry.body["client"], entry.body["count"]) == ("frontdesk", world.service.client(5), 0)


def test_a_conflict_in_the_calendar_is_critical(world: EmbeddedWorld) -> None:
    """Of the clinician or of the client; a visit does not stand in its own way when it is booked anew."""
    clinicians = told(cards(world, call(proposed(TAKEN))))
    clients = told(cards(world, call(proposed(TAKEN, "PRV-0001", "PT-000000"), patient="PT-000000")))
    itself = cards(world, call(proposed(TAKEN + timedelta(minutes=10), patient="PT-000000", id="APT-0000000"), patient="PT-000000"))

    assert clinicians == [("critical", "Double booking: The clinician already has a session then.")]
    assert clients == [("critical", "Double booking: The client already has a session then.")]
    assert itself == []


def test_a_licence_counts_where_the_client_sits(world: EmbeddedWorld) -> None:
    """Seen by video in a state without a licence; in person the site's state counts."""
    one = world.service.ehr.book.get(Client, "PT-000005")
    world.service.ehr.book.place(replace(one, state="NJ"))
    video = {"appointmentType": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "VR"}]}}
    remote, here = cards(world, call(proposed(FREE, **video))), cards(world, call(proposed(FREE)))
    world.service.ehr.book.place(one)

    assert told(remote) == [("critical", "Licence: The clinician has no licence for NJ that is valid during the session.")]
    assert here == []


def test_a_client_whom_no_reminder_reaches_is_worth_knowing(world: EmbeddedWorld) -> None:
    """Only where every channel is closed for good."""
    one = world.service.ehr.book.get(Client, "PT-000004")
    world.service.ehr.book.place(replace(one, consents=(Consent(False, NOW - timedelta(days=1)),)))
    world.service.opened.take_over_consents()
    found = cards(world, call(proposed(FREE, patient="PT-000004"), patient="PT-000004"))

    assert told(found) == [("info", "No reminder can reach this client.")]
    assert "No consent to texts about reminder." in found[0]["detail"]


def test_cards_are_short_and_have_a_source(world: EmbeddedWorld) -> None:
    """As the standard asks for: below 140 characters, and a way into the sidebar."""
    [card] = cards(world, call(proposed(NOW - timedelta(days=3))))

    assert card["summary"].startswith("Notice: Too close")
    assert (card["indicator"], card["source"]) == ("warning", {"label": "hsched", "url": URL})
    assert card["links"] == [{"label": "Open hsched", "url": f"{URL}/smart/launch", "type": "smart"}]


def test_whom_hsched_does_not_know_it_says_nothing_about(world: EmbeddedWorld) -> None:
    """No pseudonym is made for a stranger; an unknown clinician is told apart from a good word."""
    assert cards(world, call(proposed(TAKEN, patient="PT-777777"), patient="PT-777777")) == []
    assert cards(world, call(proposed(TAKEN, patient="PT-000001"))) == []  # somebody else's appointment
    assert told(cards(world, call(proposed(FREE, "PRV-9999"))))[0][0] == "info"
    assert world.service.opened.vault.find("client", "PT-777777", actor="tests", reason="tests") is None
    assert world.service.entries("cds_hooks.answered")[-3].body["client"] is None


def test_what_cannot_be_judged_is_told_apart_from_a_good_word(world: EmbeddedWorld) -> None:
    """No clinician, one by a role or an identifier, no end: a card says that nothing was checked; what is no appointment is none."""
    plain = proposed(FREE)
    patient = plain["participant"][1]
    others = ({"reference": "PractitionerRole/PRV-0000"}, {"identifier": {"value": "PRV-0000"}})
    open_ended = {name: value for name, value in plain.items() if name != "end"}
    asked = [{**plain, "participant": [{"actor": one}, patient]} for one in others] + [{**plain, "participant": []}, open_ended]

    assert {tuple(told(cards(world, call(one)))) for one in asked} == {(("info", NOTHING_TO_CHECK.summary),)}
    assert cards(world, call({"resourceType": "Encounter"})) == []


def test_silence_of_the_ehr_is_no_good_word(world: EmbeddedWorld) -> None:
    """Nothing was checked, and the card says so."""
    world.service.ehr.order("503", times=50)
    found = cards(world, call(proposed(FREE)))
    world.service.ehr.faults.clear()

    assert told(found) == [("warning", "hsched could not check this booking.")]


def test_nothing_is_held_or_proposed_by_asking(world: EmbeddedWorld) -> None:
    """Advice leaves the path as it was, and the EHR."""
    before = len(world.service.ehr.effects("book")), len(world.service.opened.service.desk.cases.all())
    cards(world, call(proposed(FREE)))

    assert (len(world.service.ehr.effects("book")), len(world.service.opened.service.desk.cases.all())) == before


def test_advice_is_the_gates_own_word() -> None:
    """One piece for each finding, the weightiest first; a reminder that only waits is no news."""
    session = Session("c1" * 16, "d1" * 16, FREE, 50, SessionType.INDIVIDUAL, Modality.VIDEO)
    asked = asked_about(BookAppointment(session, Basis.ASKED))
    booking = Verdict((Finding("calendar.notice", "Too close."), Finding("licence.state", "x" * 200)), None)
    waits, never = Verdict((Finding("contact.quiet_hours", "Later.", FREE),), FREE), Verdict((Finding("contact.consent", "No."),), None)

    assert [one.kind for one in asked] == ["book_appointment", *["send_message"] * 3]
    found = advise(booking, never, never)
    assert [(one.rule, one.weight) for one in found] == [
        ("licence.state", Weight.CRITICAL), ("calendar.notice", Weight.WARNING), ("contact.consent", Weight.INFO)
    ]  # fmt: skip
    assert max(len(one.summary) for one in found) < 140
    assert advise(Verdict((), FREE), never, waits) == ()
    assert advise(Verdict(tuple(Finding(rule.name, "") for rule in RULES), None))[0].weight is Weight.CRITICAL


def refused(world: EmbeddedWorld, token: str, path: str = BOOK) -> tuple[int, str]:
    answer = world.ask(path, call(proposed(TAKEN)), token)
    return answer.status_code, answer.json().get("error", "")


def test_a_token_that_is_not_the_ehrs_for_this_endpoint_is_refused(world: EmbeddedWorld) -> None:
    """By whom, for what, until when, and how it was signed; each leaves an entry, and none learns why."""
    make, at = world.ehr.cds_token, URL + BOOK
    now = int(datetime.now().timestamp())
    claims = {"iss": CDS_ISSUER, "aud": at, "iat": now, "exp": now + 300, "jti": "a-token-id-1"}
    by_secret = jwt.encode({"alg": "HS256", "kid": "cds"}, claims, OctKey.import_key(world.ehr.cds_keys()))
    tokens = {
        "nothing": "", "no token": "abc", "another key": make(at, ECKey.generate_key("P-384", {"kid": "cds"})),
        "a public secret": by_secret, "another issuer": make(at, iss="https://evil.example"), "another service": make(f"{URL}{ROOT}"),
        "another host": make("https://evil.example" + BOOK), "run out": make(at, exp=now - 120), "without an end": make(at, exp=None),
        "for ever": make(at, exp=now + 90_000), "without an id": make(at, jti=None), "a short id": make(at, jti="1"),
        "a number": make(at, jti=7), "without a time": make(at, iat=None), "of the future": make(at, iat=now + 3600), "long": "a" * 10_000,
    }  # fmt: skip
    before = len(world.service.entries("access.refused"))

    assert {name: refused(world, token) for name, token in tokens.items()} == dict.fromkeys(tokens, (401, "no_token"))
    assert len(world.service.entries("access.refused")) == before + len(tokens)


def test_a_token_is_good_once(world: EmbeddedWorld) -> None:
    """Also after the service was started anew: the trail remembers it; and for one endpoint."""
    token = world.ehr.cds_token(URL + BOOK)
    first = refused(world, token)
    world.service.opened.service.__dict__.pop("embedding")

    assert (first, refused(world, token)) == ((200, ""), (401, "no_token"))
    assert refused(world, world.ehr.cds_token(URL + FEEDBACK)) == (401, "no_token")
    assert world.service.entries("access.refused")[-2].body == {"reason": "used_before"}


def test_a_missing_file_of_keys_is_told_to_who_starts_the_service(world: EmbeddedWorld) -> None:
    """And nobody is let in for it."""
    file = world.service.opened.paths.keys / "ehr-cds-keys.json"
    kept = file.read_text()
    parts = world.service.opened.service
    parts.ways_in()
    file.write_text("no keys")
    parts.__dict__.pop("embedding")
    try:
        with pytest.raises(SettingsError, match="is no key set"):
            parts.ways_in()
        assert refused(world, world.ehr.cds_token(URL + BOOK)) == (503, "failed")
    finally:
        file.write_text(kept)
        parts.__dict__.pop("embedding")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [(b"{", 400, None), (b"\xff", 400, None), (b'{"x":' + b"[" * 100_000, 400, None), (b"[]", 422, None), (b"x" * 300_000, 413, None),
     ({**call(), "hook": "patient-view"}, 422, "hook"), ({**call(), "hookInstance": "Ada Vale"}, 422, "hookInstance"),
     ({**call(), "context": {"userId": "u", "patientId": "p"}}, 422, "context"), (call(patient="a\x00b"), 422, "context.patientId"),
     (call(proposed(FREE, start="Ada Vale")), 422, "context.appointments.entry.resource.start"),
     (call(proposed(FREE, minutesDuration=10**30)), 422, "context.appointments.entry.resource.minutesDuration"),
     (call(*[proposed(FREE)] * 51), 422, "context.appointments.entry")],
)  # fmt: skip
def test_what_is_no_call_is_told_where_and_not_repeated(world: EmbeddedWorld, body: Any, status: int, field: str | None) -> None:
    """The field's name, never its value."""
    answer = world.ask(BOOK, body)

    assert (answer.status_code, answer.json().get("field")) == (status, field)
    assert "Ada" not in answer.text


def test_it_is_json_or_nothing(world: EmbeddedWorld) -> None:
    """A form, which any page could send, is no call."""
    assert world.ask(BOOK, call(), **{"content-type": "text/plain"}).status_code == 415


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["Appointment", "Bundle", "2026-03-06"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*sorted(proposed(FREE)), "actor", "reference"]), inner),
    max_leaves=12,
)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(junk=JUNK, place=st.sampled_from(["body", "context", "appointments", "resource", "start", "participant", "id", "appointmentType"]))
def test_junk_is_refused_or_means_nothing(world: EmbeddedWorld, junk: Any, place: str) -> None:
    """Anything at any place of a call: an answer or a refusal, never a failure."""
    body: Any = call(proposed(FREE))
    appointment = body["context"]["appointments"]["entry"][0]["resource"]
    if place == "body":
        body = junk
    elif place in ("context", "appointments"):
        (body if place == "context" else body["context"])[place] = junk
    elif place == "resource":
        body["context"]["appointments"]["entry"][0][place] = junk
    else:
        appointment[place] = junk

    assert world.ask(BOOK, json.dumps(body).encode("utf-8", "surrogatepass")).status_code in (200, 400, 422)


def test_what_became_of_cards_is_written_down(world: EmbeddedWorld) -> None:
    """Counted; a person's own words about it are not kept."""
    lines = [{"card": str(uuid4()), "outcome": "accepted", "outcomeTimestamp": "2026-03-04T15:00:00Z"},
             {"card": str(uuid4()), "outcome": "overridden", "overrideReason": {"userComment": "Ada Vale asked for it"}}]  # fmt: skip
    answer, junk = world.ask(FEEDBACK, {"feedback": lines}), world.ask(FEEDBACK, {"feedback": []})
    entry = world.service.entries("cds_hooks.feedback")[-1]

    assert (answer.status_code, junk.status_code) == (200, 422)
    assert (entry.actor, entry.body["count"], entry.body["overridden_count"]) == ("ehr", 2, 1)


def test_no_call_names_anybody_in_a_log(world: EmbeddedWorld, caplog: pytest.LogCaptureFixture) -> None:
    """Neither good ones nor bad ones."""
    caplog.set_level("DEBUG")
    world.ask(BOOK, call(proposed(TAKEN)))
    world.ask(BOOK, call(proposed(FREE, start="PT-000005")))
    world.ask(BOOK, call(proposed(FREE)), "PT-000005")

    ours = [one.getMessage() for one in caplog.records if one.name.startswith(("hsched", "uvicorn", "authlib", "joserfc"))]
    assert not [text for text in ours if "PT-" in text or "PRV-" in text]
