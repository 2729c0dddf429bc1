"""Webhooks: who signed, and what the body tells."""

import base64
import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks.webhooks
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from hsched_adapters.clock import FixedClock
from hsched_adapters.webhooks import NoticeTranslator, SecretFile, StandardWebhooks
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.inbox import Delivery, Reception, UnreadableMessageError
from tests.inbox_world import EHR, FOREIGN, NEWER, NOW, SECRET, PlainVault, body, signed, token
from tests.webhook_mutations import mutations

# Published with the reference libraries of Standard Webhooks 1.0.0.
PUBLISHED_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLISHED_AT = 1614265330
PUBLISHED_BODY = b'{"test": 2432232314}'
PUBLISHED = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(PUBLISHED_AT),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
ELSE = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="


def verifier(*secrets: str) -> StandardWebhooks:
    return StandardWebhooks({EHR: lambda: secrets or (SECRET,)})


def verdict(headers: dict[str, str], content: bytes, *secrets: str) -> Delivery | Reception:
    return verifier(*secrets).verify(EHR, headers, content)


@pytest.fixture
def then(monkeypatch: pytest.MonkeyPatch) -> StandardWebhooks:
    """A verifier that lives when the published vectors were signed."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.fromtimestamp(PUBLISHED_AT, tz)

    monkeypatch.setattr(standardwebhooks.webhooks, "datetime", Then)
    made = verifier(PUBLISHED_SECRET)
    made._clock = FixedClock(datetime.fromtimestamp(PUBLISHED_AT, UTC))
    return made


def test_the_published_vector_verifies(then: StandardWebhooks) -> None:
    """Id, timestamp, body, secret and signature as the reference libraries print them."""
    assert then.verify(EHR, PUBLISHED, PUBLISHED_BODY) == Delivery(EHR, PUBLISHED["webhook-id"], PUBLISHED_BODY)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"webhook-id": ""}, Reception.HEADERS),
        ({"webhook-timestamp": ""}, Reception.HEADERS),
        ({"webhook-timestamp": "hello"}, Reception.HEADERS),
        ({"webhook-signature": ""}, Reception.SIGNATURE),
        ({"webhook-signature": "v1,dawfeoifkpqwoekfpqoekf"}, Reception.SIGNATURE),
        ({"webhook-signature": PUBLISHED["webhook-signature"][:8]}, Reception.SIGNATURE),
        ({"webhook-signature": "v1,"}, Reception.SIGNATURE),
        ({"webhook-timestamp": str(PUBLISHED_AT - 301)}, Reception.TIMESTAMP),
        ({"webhook-timestamp": str(PUBLISHED_AT + 301)}, Reception.TIMESTAMP),
        ({"webhook-signature": " ".join([ELSE, ELSE.replace("v1", "v2"), PUBLISHED["webhook-signature"], ELSE])}, None),
    ],
)
def test_the_published_cases_end_as_published(then: StandardWebhooks, changed: dict[str, str], expected: Reception | None) -> None:
    """Missing and malformed headers, partial signatures, old and new timestamps, several signatures of which one is good."""
    found = then.verify(EHR, {**PUBLISHED, **changed}, PUBLISHED_BODY)

    assert found == (expected or Delivery(EHR, PUBLISHED["webhook-id"], PUBLISHED_BODY))


@pytest.mark.parametrize("secret", ["", "whsec_"])
def test_an_empty_secret_signs_nothing(secret: str) -> None:
    """The library refuses it."""
    with pytest.raises(standardwebhooks.webhooks.EmptyWebhookSecretError):
        Webhook(secret)


@pytest.mark.parametrize("form", ["{}.9", "0{}", " {}", "{}e0", "+{}", "{} ", "1e9", "nan", "-1", "١٦١٤٢٦٥٣٣٠"])
def test_a_timestamp_has_one_form(form: str) -> None:
    """Whole seconds in plain digits; the library alone takes more than that."""
    headers = signed("msg_1", body("A1"))
    headers["webhook-timestamp"] = form.format(headers["webhook-timestamp"])

    assert verdict(headers, body("A1")) is Reception.HEADERS


@pytest.mark.parametrize(("age", "is_good"), [(0, True), (290, True), (-290, True), (303, False), (-303, False)])
def test_an_attempt_is_good_for_five_minutes(age: float, is_good: bool) -> None:
    """On either side of the machine's present."""
    found = verdict(signed("msg_1", body("A1"), age_seconds=age), body("A1"))

    assert found == (Delivery(EHR, "msg_1", body("A1")) if is_good else Reception.TIMESTAMP)


def test_two_secrets_are_good_while_one_replaces_the_other() -> None:
    """Both are taken meanwhile; after retirement only the new one, and never a stranger's."""
    old, new = signed("msg_1", body("A1"), secret=SECRET), signed("msg_2", body("A1"), secret=NEWER)
    foreign = signed("msg_3", body("A1"), secret=FOREIGN)

    assert [type(verdict(one, body("A1"), NEWER, SECRET)) for one in (old, new)] == [Delivery, Delivery]
    assert verdict(old, body("A1"), NEWER) is Reception.SIGNATURE
    assert verdict(foreign, body("A1"), NEWER, SECRET) is Reception.SIGNATURE


def test_an_id_cannot_be_cut_at_another_place() -> None:
    """`a.1.x` is signed as id `a`; it does not pass as id `a.1`."""
    stamp = str(int(datetime.now(UTC).timestamp()))
    whole = signed("msg_1", f"{stamp}.{{}}".encode())
    shifted = {**whole, "webhook-id": f"msg_1.{whole['webhook-timestamp']}", "webhook-timestamp": stamp}

    assert isinstance(verdict(whole, f"{stamp}.{{}}".encode()), Delivery)
    assert Webhook(SECRET).verify(b"{}", shifted, json_parse=False) is None  # the library alone lets it pass
    assert verdict(shifted, b"{}") is Reception.HEADERS


def test_no_mutation_is_accepted_and_the_bare_library_raises_what_it_does_not_say() -> None:
    """Hundreds of them; `make prove` sends ten thousand over HTTP."""
    content, chance = body("A1"), random.Random(1)
    headers = signed("msg_1", content)
    accepted, undocumented, lax = 0, 0, 0
    for _, changed, altered in mutations(headers, content, chance, 600):
        accepted += isinstance(verdict(changed, altered), Delivery)
        try:
            Webhook(SECRET).verify(altered, changed, json_parse=False)
            lax += 1
        except standardwebhooks.webhooks.WebhookVerificationError:
            pass
        except Exception:
            undocumented += 1

    assert accepted == 0
    assert undocumented > 0
    assert lax > 0


def test_secrets_are_read_again_when_their_file_changes(tmp_path: Path) -> None:
    """Rotation without a stop."""
    path = tmp_path / "webhook-secret"
    path.write_text(f"{SECRET}\n")
    secrets = SecretFile(path)
    assert secrets() == (SECRET,)
    path.write_text(f"{NEWER}\n{SECRET}\n")

    assert secrets() == (NEWER, SECRET)


@pytest.mark.parametrize("content", ["", "secret", "whsec_AAAA", "whsec_" + "!" * 40, f"{SECRET}\n" * 5])
def test_a_file_without_good_secrets_is_named(tmp_path: Path, content: str) -> None:
    """Its name and the remedy, not what stands in it."""
    path = tmp_path / "webhook-secret"
    path.write_text(content)

    with pytest.raises(SettingsError, match="webhook-secret") as refusal:
        SecretFile(path)()
    assert SECRET not in str(refusal.value)


def read(content: bytes) -> Notice:
    return NoticeTranslator(PlainVault()).notice(EHR, content, NOW)


@pytest.mark.parametrize(
    ("event", "kind", "vault_kind"),
    [
        ("appointment.created", NoticeKind.APPOINTMENT, "appointment"),
        ("appointment.cancelled", NoticeKind.APPOINTMENT, "appointment"),
        ("waitlist.updated", NoticeKind.WAITLIST, "waitlist_entry"),
        ("client.updated", NoticeKind.CLIENT, "client"),
    ],
)
def test_a_body_becomes_a_notice_under_a_pseudonym(event: str, kind: NoticeKind, vault_kind: str) -> None:
    """Kind by the event's type, the identifier by the vault, the moment of the change."""
    assert read(body("A1", event, NOW - timedelta(hours=1))) == Notice(kind, token("A1", vault_kind), NOW - timedelta(hours=1))


def test_numbers_are_identifiers_and_a_missing_moment_is_that_of_reception() -> None:
    """Some systems count their records; some do not say when."""
    assert read(b'{"type": "client.updated", "data": {"id": 17}}') == Notice(NoticeKind.CLIENT, token("17", "client"), NOW)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "malformed_body"),
        (b"[]", "malformed_body"),
        (b"{", "malformed_body"),
        (b"[" * 100_000, "malformed_body"),
        (b'{"type": 1, "data": {"id": "A1"}}', "malformed_body"),
        (b'{"type": "client.updated"}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": true}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": ""}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "\\u0000"}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "\\ud800"}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "A1", "id": "A2"}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "A1", "updated_at": "2026-03-09T14:30:00"}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "A1", "updated_at": 1e400}}', "malformed_body"),
        (b'{"type": "client.updated", "data": {"id": "A1", "updated_at": "0001-01-01T00:00:00+14:00"}}', "malformed_body"),
        (b'{"type": "invoice.paid", "data": {"id": "A1"}}', "unknown_event_type"),
    ],
)
def test_a_body_that_tells_nothing_we_know_has_a_reason(content: bytes, reason: str) -> None:
    """A word; nothing of the body."""
    with pytest.raises(UnreadableMessageError) as refusal:
        read(content)
    assert (refusal.value.reason, str(refusal.value)) == (reason, reason)


SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3), max_leaves=5
)
BODIES = st.fixed_dictionaries(
    {"type": st.just("client.updated")}, optional={"timestamp": JSON, "data": st.fixed_dictionaries({"id": JSON})}
)


@given(BODIES | JSON)
def test_any_json_is_a_notice_or_has_a_reason(told: Any) -> None:
    """Whatever it is, nothing else escapes."""
    with suppress(UnreadableMessageError):
        assert isinstance(read(json.dumps(told).encode()), Notice)


@given(st.binary())
def test_any_bytes_are_refused_without_a_signature(content: bytes) -> None:
    """With headers of the right form."""
    headers = {**PUBLISHED, "webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
    headers["webhook-signature"] = f"v1,{base64.b64encode(bytes(32)).decode()}"

    assert verdict(headers, content) is Reception.SIGNATURE
