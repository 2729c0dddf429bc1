"""The REST connector against the sandbox EHR: what it reads, under which names, and what it writes, over real HTTP."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hsched_adapters.ehr.rest.check import Answers, check
from hsched_adapters.ehr.rest.deeds import NOTES
from hsched_adapters.store.path import SqlPathStore
from hsched_core.domain.actions import SendMessage
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.vocabulary import SessionType
from hsched_core.domain.waiting import Cover
from hsched_sandbox.ehr.book import Trace
from hsched_sandbox.ehr.conduct import Dialect
from hsched_sandbox.ehr.records import Client, Consent, Message, Status
from tests.audit_trails import Desk
from tests.path_world import YES
from tests.rest_world import ACTIONS, FREE, NOW, RestWorld, rest_world
from tests.sandbox_ehr import appointment

HEX = set("0123456789abcdef")


def is_pseudonym(text: str) -> bool:
    return len(text) == 32 and set(text) <= HEX


def test_an_appointment_is_read_under_pseudonyms(tmp_path: Path) -> None:
    """Its time, words and version are the EHR's, its names the vault's."""
    with rest_world(tmp_path) as world:
        read = world.seen("APT-0000001")

    assert all(map(is_pseudonym, (read.id, read.session.client, read.session.clinician, read.session.site)))
    assert (read.session.starts_at, read.session.duration_minutes) == (NOW + timedelta(days=1, hours=1), 50)
    assert (read.session.session_type, read.status, read.version) == (SessionType.INDIVIDUAL, AppointmentStatus.BOOKED, "1")


def test_a_cancellation_tells_whether_it_was_the_practices_own(tmp_path: Path) -> None:
    """By the EHR's own reason; one that says nothing of it counts as the client's."""
    with rest_world(tmp_path) as world:
        for number, reason in ((1, "OFFICE"), (2, "PATIENT"), (3, "RESCHEDULED")):
            change = {"status": Status.CANCELLED, "cancel_reason": reason}
            world.ehr.book.change(f"APT-000000{number}", change, Trace("staff"))
        read = [world.seen(f"APT-000000{number}").by_practice for number in (1, 2, 3)]

    assert read == [True, False, False]


def test_what_the_ehr_does_not_have_is_none(tmp_path: Path) -> None:
    """And what the vault does not know is an error."""
    with rest_world(tmp_path) as world:
        assert world.connector.reader.appointment(world.token("appointment", "APT-9999999")) is None
        with pytest.raises(SafeError):
            world.connector.reader.appointment("0" * 32)


def test_every_page_of_a_span_is_read(tmp_path: Path) -> None:
    """Of 253 appointments on three pages none is missing, none is there twice; touching ends are outside."""
    start = NOW + timedelta(days=20)
    with rest_world(tmp_path) as world:
        for number in range(253):
            world.ehr.book.place(appointment(1000 + number, start + timedelta(minutes=number), patient=number % 6))
        read = world.connector.reader.appointments(start, start + timedelta(minutes=253))
        later = world.connector.reader.appointments(start + timedelta(minutes=302), start + timedelta(hours=8))

    assert len({one.id for one in read}) == len(read) == 253
    assert later == []


@pytest.mark.parametrize("can_poll", [True, False])
def test_what_changed_is_found_either_way(can_poll: bool, tmp_path: Path) -> None:
    """Asked for, or, at an EHR that cannot be asked, by comparing a window of days."""
    from dataclasses import replace

    with rest_world(tmp_path) as world:
        world.wait(timedelta(minutes=5))
        world.path.execute(world.approved(world.cancel()))
        reader = replace(world.connector.reader, can_poll=can_poll)
        changed = reader.changed_since(NOW + timedelta(minutes=1))

    assert [(one.id, one.status) for one in changed] == [(world.token("appointment", "APT-0000002"), AppointmentStatus.CANCELLED)]


def test_who_waits_is_read_with_what_their_client_brings(tmp_path: Path) -> None:
    """Visits, insurance, whom they see, where they sit; nobody who was placed."""
    with rest_world(tmp_path) as world:
        world.ehr.book.place(appointment(90, NOW + timedelta(days=3), patient=4))
        first, second = world.connector.reader.waiting()
        world.path.execute(world.approved(world.listing()))
        left = world.connector.reader.waiting()

    fourth = second if second.visits else first
    assert fourth.client == world.token("client", "PT-000004")
    assert (fourth.visits, fourth.channel, fourth.state) == ((NOW + timedelta(days=3),), Channel.TEXT, "NY")
    assert fourth.sees == world.token("clinician", "PRV-0000")
    assert [one.entry for one in left] == [world.token("waitlist_entry", "WL-0000005")]


def test_insurance_counts_what_is_left(tmp_path: Path) -> None:
    """Of the type of session they wait for."""
    from hsched_sandbox.ehr.records import Authorization, Type

    with rest_world(tmp_path) as world:
        days = (date(2026, 1, 1), date(2026, 6, 30))
        world.ehr.book.place(Authorization("AU-1", "PT-000004", Type.INDIVIDUAL, 12, 3, *days))
        world.ehr.book.place(Authorization("AU-2", "PT-000004", Type.GROUP, 5, 0, *days))
        found = {one.client: one.cover for one in world.connector.reader.waiting()}

    assert found[world.token("client", "PT-000004")] == (Cover(*days, 9),)


def test_consents_are_read_and_a_no_we_do_not_understand_is_a_no_to_all(tmp_path: Path) -> None:
    """A yes to something we do not know is none."""
    at = NOW - timedelta(days=1)
    with rest_world(tmp_path) as world:
        odd = (Consent(True, at, "fax"), Consent(False, at, "fax"), Consent(True, at, "text", "offer"))
        world.ehr.book.place(Client("PT-000009", "Ada", "Vale", "en", "text", at, None, None, odd))
        found = world.connector.reader.consents()[world.token("client", "PT-000009")]

    assert found == (ConsentEvent(False, at), ConsentEvent(True, at, Channel.TEXT, Purpose.OFFER))


def test_the_gate_gets_what_it_judges_by(tmp_path: Path) -> None:
    """Calendar, licences on whole days, states and zone, and the version of what is touched."""
    zone = ZoneInfo("America/New_York")
    with rest_world(tmp_path) as world:
        booking = world.booking(starts_at=NOW + timedelta(days=1, minutes=30), client="PT-000000")
        facts = world.connector.calendar.facts_for(booking, "")
        cancel = world.connector.calendar.facts_for(world.cancel(), "")

    assert [one.appointment for one in facts.commitments] == [world.token("appointment", "APT-0000000")]
    assert facts.credentials
    (licence,) = facts.credentials.licences
    assert (licence.valid_from, licence.valid_until) == (datetime(2020, 1, 1, tzinfo=zone), datetime(2030, 1, 2, tzinfo=zone))
    assert (facts.client_state, facts.client_zone, facts.site_state, cancel.version) == ("NY", "America/New_York", "NY", "1")


def test_what_was_written_under_the_own_key_stands_in_nobodys_way(tmp_path: Path) -> None:
    """Its own booking is left out, another's is not; a cancelled appointment has no version to change."""
    with rest_world(tmp_path) as world:
        case_id = world.approved(world.booking())
        world.path.execute(case_id)
        facts_for = world.connector.calendar.facts_for
        cancel = world.cancel()
        world.path.execute(world.approved(cancel))

        assert facts_for(world.booking(), world.case(case_id).key).commitments == ()
        assert len(facts_for(world.booking(), "another key").commitments) == 1
        assert facts_for(cancel, "").version is None


def test_each_action_leaves_what_was_asked(tmp_path: Path) -> None:
    """In the EHR's own words, with our key where a booking or message is searched by it."""
    with rest_world(tmp_path) as world:
        cases = {name: world.path.execute(world.approved(getattr(world, make)())) for name, (make, _) in ACTIONS.items() if name != "book"}
        assert {case.state for case in cases.values()} == {State.CONFIRMED}
        (offer,) = [one for one in world.ehr.book.every(Message) if one.template == "waitlist_offer"]
        (note,) = world.there("APT-0000003").notes
        moved, cancelled = world.there("APT-0000001"), world.there("APT-0000002")

        assert (offer.patient_id, offer.channel, offer.external_reference) == ("PT-000005", "text", cases["offer"].key)
        assert f"https://elm.example/o/{cases['offer'].id}" in offer.body
        assert "Thu, Mar 5 at 3:00 PM" in offer.body
        assert (note.text, note.external_reference) == (NOTES["booked_v1"], cases["note"].key)
        assert world.there("APT-0000003").custom_fields == {"ai_risk_score": 0.78}
        assert (moved.starts_at, moved.external_reference) == (FREE, None)
        assert (cancelled.status, cancelled.cancel_reason) == ("cancelled", "clinic")


def test_a_message_speaks_the_clients_language_and_time(tmp_path: Path) -> None:
    """Spanish, in Denver; of a practice that gave itself no name, in the words for it."""
    with rest_world(tmp_path) as world:
        world.ehr.book.place(Client("PT-000005", "Ada", "Vale", "es-MX", "text", NOW, "America/Denver", "NY"))
        world.path.execute(world.approved(world.offer()))
        (offer,) = world.ehr.book.every(Message)

    assert offer.body.startswith("la oficina de su proveedor: hay una hora libre antes, el jue 5 mar, 1:00 pm.")
    assert offer.body.endswith("Responda STOP para no recibir textos.")


def test_what_the_ehr_has_no_place_or_word_for_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    """A call, a template nobody wrote, one that needs an appointment, a visit of no type, a move to another clinician."""
    from dataclasses import replace

    with rest_world(tmp_path) as world:
        to = Outreach(world.token("client", "PT-000002"), Channel.EMAIL, Purpose.SCHEDULING)
        move = world.move()
        actions = [
            SendMessage(replace(to, channel=Channel.CALL), "slot_taken"),
            SendMessage(to, "never_written"),
            SendMessage(to, "visit_reminder"),
            world.booking(session_type=SessionType.VISIT),
            replace(move, to=replace(move.to, clinician=world.token("clinician", "PRV-0000"))),
        ]
        cases = [world.path.execute(world.approved(action)) for action in actions]
        codes = [entry.body["rules"][0] for entry in world.store.tables.audit if entry.kind == "proposal.rejected"]

        assert {case.state for case in cases} == {State.REJECTED}
        assert codes == [
            f"outcome.{code}"
            for code in ("no_such_channel", "no_such_template", "template_asks_for_more", "no_such_word", "moves_time_only")
        ]
        assert world.effects() == []


def test_an_entry_that_staff_settled_is_not_written_over(tmp_path: Path) -> None:
    """Withdrawn at the EHR, it is not placed; placed already, nothing is written."""
    with rest_world(tmp_path) as world:
        case_id = world.approved(world.listing())
        assert world.ehr.ask("POST", "/sandbox/acts", {"act": "withdraw", "entry_id": "WL-0000004"}).status == 200
        assert world.path.execute(case_id).state is State.REJECTED
        assert world.effects() == []


def test_every_way_back_to_an_id_is_recorded(tmp_path: Path) -> None:
    """The vault hears who asked, and for which act."""
    with rest_world(tmp_path) as world:
        world.path.execute(world.approved(world.booking()))

    assert {actor for actor, _ in world.vault.asked} == {"connector"}
    assert {"book_appointment", "facts for the gate"} <= {reason for _, reason in world.vault.asked}


@pytest.mark.parametrize("name", [name for name in ACTIONS if name != "book"])
def test_the_trail_takes_what_the_connector_answers(name: str, tmp_path: Path) -> None:
    """On the real store, whose audit trail refuses everything that is neither pseudonym nor hash."""
    store = SqlPathStore(Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path).open())
    with rest_world(tmp_path, store=store, timeout=10) as world:
        _consent(world, store)
        case = world.path.execute(world.approved(getattr(world, ACTIONS[name][0])()))

    assert case.state is State.CONFIRMED
    assert is_pseudonym(case.reference)


def _consent(world: RestWorld, store: SqlPathStore) -> None:
    from hsched_core.domain.audit import AuditEntry

    for number in range(6):
        client = world.token("client", f"PT-{number:06d}")
        with store.transaction() as tx:
            tx.add_consent(client, YES[0], audit=AuditEntry(NOW.astimezone(UTC), "intake", "consent.given", client, {}))


def test_answers_without_the_expected_form_are_errors_that_name_the_field(tmp_path: Path) -> None:
    """Never "nothing there", and never with the value."""
    with rest_world(tmp_path) as world:
        token = world.token("appointment", "APT-0000001")
        world.ehr.order("schema_drift", "GET *", 10)
        with pytest.raises(UserError, match=r"unexpected_form: appointment\.(id|status|starts_at)") as caught:
            world.connector.reader.appointment(token)

    assert "APT" not in str(caught.value)
    assert "2026" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "dialect", "reference"),
    [
        ("search", Dialect.LENIENT, Answers.WORKS),
        ("neither", Dialect.LENIENT, Answers.IGNORED),
        ("neither", Dialect.STRICT, Answers.REFUSED),
    ],
)
def test_the_check_finds_out_what_the_ehr_really_does(kind: str, dialect: Dialect, reference: Answers, tmp_path: Path) -> None:
    """A parameter that is ignored looks like one that works, until something is asked that nothing answers. Nothing is written."""
    with rest_world(tmp_path, kind, dialect=dialect) as world:
        world.path.execute(world.approved(world.booking()))
        before = len(world.effects())
        report = check(world.connector, world.clock.now())
        assert len(world.effects()) == before

    found = {one.parameter: one.answers for one in report.tried}
    assert found == {"from": Answers.WORKS, "to": Answers.WORKS, "updated_since": Answers.WORKS, "reference": reference}
    assert report.found["can_search"] is (reference is Answers.WORKS)
    assert report.unknown_parameter is (Answers.REFUSED if dialect is Dialect.STRICT else Answers.IGNORED)
    assert report.holds


def test_the_check_says_where_practice_yaml_promises_too_much(tmp_path: Path) -> None:
    """It claims a search that the EHR ignores."""
    from dataclasses import replace

    with rest_world(tmp_path, "neither", dialect=Dialect.LENIENT) as world:
        claiming = replace(world.connector, connection=replace(world.connector.connection, can_search=True))
        report = check(claiming, world.clock.now())

    assert (report.overstated, report.holds) == (("can_search",), False)
    assert any("goes to a person" in line for line in report.in_words())
