"""The tables of the operational store as code reads and writes them. Made by the migrations; a test compares the two.

Everything here is by pseudonym. Whose tables they are is in their first column, so that one database serves several practices.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

VERSION_TABLE = "hsched_store_version"  # MLflow and Dagster keep Alembic versions too, perhaps in the same database
metadata = sa.MetaData()


class Instant(sa.TypeDecorator[datetime]):
    """An aware instant, kept in UTC: SQLite forgets the zone, PostgreSQL answers in the session's."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


def _of(*names: str) -> list[sa.Column[Any]]:
    """Primary key: the practice, and what names the row within it."""
    return [sa.Column("practice", sa.String(63), primary_key=True), *(sa.Column(name, sa.String(128), primary_key=True) for name in names)]


def _keys() -> list[sa.Column[Any]]:
    return [
        sa.Column("practice", sa.String(63), primary_key=True),
        sa.Column("booking_id", sa.String(48), primary_key=True),
        sa.Column("moment", sa.String(32), primary_key=True),
        sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
    ]


# Every publication that ever stood, with the seal of its scores: an anchor of the shadow ledger outside the ledger.
publications = sa.Table(
    "publications",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("practice", sa.String(63), nullable=False),
    sa.Column("as_of_on", sa.Date, nullable=False),
    sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("scores", sa.Integer, nullable=False),
    sa.Column("feature_rows", sa.Integer, nullable=False),
    sa.Column("clients", sa.Integer, nullable=False),
    sa.Column("seal_number", sa.Integer, nullable=False),
    sa.Column("seal", sa.String(64), nullable=False),
)
scores = sa.Table(
    "scores",
    metadata,
    *_keys(),
    sa.Column("appointment_token", sa.String(32), nullable=False, index=True),
    sa.Column("client_token", sa.String(32), nullable=False, index=True),
    sa.Column("clinician_token", sa.String(32)),
    sa.Column("starts_on", sa.Date, nullable=False, index=True),
    sa.Column("starts_at", sa.DateTime(timezone=True)),
    sa.Column("days_ahead", sa.Integer, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("probability_no_show", sa.Float),
    sa.Column("probability_late_cancel", sa.Float),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("rank_in_day", sa.Integer, nullable=False),
    sa.Column("visits_in_day", sa.Integer, nullable=False),
    sa.Column("model_name", sa.String(63), nullable=False),
    sa.Column("model_version", sa.String(32), nullable=False),
    sa.Column("is_hindsight", sa.Boolean, nullable=False),
)
feature_rows = sa.Table(
    "feature_rows",
    metadata,
    *_keys(),
    sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
client_features = sa.Table(
    "client_features",
    metadata,
    sa.Column("practice", sa.String(63), primary_key=True),
    sa.Column("client_token", sa.String(32), primary_key=True),
    sa.Column("publication", sa.Integer, sa.ForeignKey("publications.id"), nullable=False),
    sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
# Who did what to whom, in order, for ever. Triggers refuse UPDATE, DELETE, TRUNCATE and gaps; chain.py says what `hash` covers.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("practice", sa.String(63), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),  # text: the bytes that were hashed, on either database
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("subject", sa.String(128), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("kid", sa.String(64), nullable=False),
    sa.Column("prev", sa.LargeBinary, nullable=False),
    sa.Column("mac", sa.LargeBinary, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index("audit_by_subject", "practice", "subject"),
)
# The path. `document` is the whole value as canonical JSON (values.py); the columns beside it are what is searched.
cases = sa.Table(
    "cases",
    metadata,
    *_of("id"),
    sa.Column("use_case", sa.String(63), nullable=False),
    sa.Column("state", sa.String(32), nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("hold_clinician", sa.String(64)),
    sa.Column("hold_client", sa.String(64)),
    sa.Column("hold_from", Instant),
    sa.Column("hold_until", Instant),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("subject", sa.String(128), nullable=False, server_default=""),
    sa.Index("cases_open", "practice", "is_open", "since"),
    sa.Index("cases_about", "practice", "subject"),
    sa.Index("cases_held", "practice", "hold_until"),
)
# A copy of each case's approvals, for counting an order's uses.
approvals = sa.Table(
    "approvals",
    metadata,
    *_of("case_id"),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("approved_by", sa.String(128), nullable=False),
    sa.Column("action_digest", sa.String(64), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("order_reference", sa.String(128), nullable=False),
    sa.Column("is_from_offer", sa.Boolean, nullable=False),
    sa.Index("approvals_by_order", "practice", "order_reference", "at"),
)
contacts = sa.Table(
    "contacts",
    metadata,
    *_of("case_id"),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("purpose", sa.String(16)),
    sa.Index("contacts_by_client", "practice", "client"),
)
phases = sa.Table("phases", metadata, *_of("use_case"), sa.Column("phase", sa.String(16), nullable=False))
standing_orders = sa.Table("standing_orders", metadata, *_of("use_case"), sa.Column("document", sa.Text, nullable=False))
switches = sa.Table("switches", metadata, *_of(), sa.Column("is_stopped", sa.Boolean, nullable=False))
consents = sa.Table(
    "consents",
    metadata,
    *_of("client"),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("document", sa.Text, nullable=False),
)
client_messages = sa.Table("client_messages", metadata, *_of("client", "reference"), sa.Column("at", Instant, nullable=False))
pauses = sa.Table("pauses", metadata, *_of("client"), sa.Column("since", Instant, nullable=False))
# Draws of randomised holdouts (hsched_core.domain.holdout): once for each subject, never changed.
draws = sa.Table(
    "draws",
    metadata,
    *_of("use_case", "subject"),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("arm", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("draws_by_start", "practice", "use_case", "starts_at"),
)
READ = "about IS NOT NULL"
# Messages of other systems, and what the catch-up poll found. `message` and `body_digest` are keyed codes of the sender's id and body.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("practice", sa.String(63), nullable=False),
    sa.Column("connection", sa.String(63), nullable=False),
    sa.Column("message", sa.String(32), nullable=False),
    sa.Column("body", sa.LargeBinary),  # encrypted; empty where the poll found it
    sa.Column("kid", sa.String(64)),
    sa.Column("body_digest", sa.String(64), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("due_at", Instant, nullable=False),  # when it may be taken; of a taken one, when its lease lapses
    sa.Column("attempts", sa.Integer, nullable=False),  # how often it was taken: the fencing token of a lease
    sa.Column("strikes", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(16)),
    sa.Column("about", sa.String(64)),
    sa.Column("changed_at", Instant),
    sa.Column("reason", sa.String(64)),
    sa.UniqueConstraint("practice", "message", "connection", name="inbox_once"),
    sa.Index("inbox_standing", "practice", "state", "number"),
    # Only of messages that were read: what is being received pays for no index it does not need.
    sa.Index("inbox_about", "practice", "about", "changed_at", sqlite_where=sa.text(READ), postgresql_where=sa.text(READ)),
)
inbox_marks = sa.Table("inbox_marks", metadata, *_of("connection"), sa.Column("at", Instant, nullable=False))
# What clients wrote back: `body` is encrypted, `document` is all that became of it (hsched_core.domain.replies) without a word of theirs.
replies = sa.Table(
    "replies",
    metadata,
    *_of("id"),
    sa.Column("client", sa.String(64)),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("visit", sa.String(64)),
    sa.Column("confirmed_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("kid", sa.String(64), nullable=False),
    sa.Index("replies_standing", "practice", "state", "received_at"),
    sa.Index("replies_confirming", "practice", "visit"),
)
# Offers that left and the openings they were for: how each ended (hsched_core.domain.offers).
offers = sa.Table(
    "offers",
    metadata,
    *_of("id"),
    sa.Column("opening", sa.String(128), nullable=False),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("is_unfinished", sa.Boolean, nullable=False),
    sa.Column("sent_at", Instant, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("offers_by_opening", "practice", "opening", "sent_at"),
    sa.Index("offers_unfinished", "practice", "is_unfinished"),
)
openings = sa.Table(
    "openings",
    metadata,
    *_of("id"),
    sa.Column("clinician", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("openings_by_state", "practice", "state", "starts_at"),
    sa.Index("openings_by_time", "practice", "clinician", "ends_at"),
)
# Clients who were told that a time may become free (hsched_core.domain.standby).
standbys = sa.Table(
    "standbys",
    metadata,
    *_of("id"),
    sa.Column("appointment", sa.String(64), nullable=False),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("standbys_open", "practice", "is_open", "since"),
)
# What became of messages (hsched_core.domain.delivery): beside `contacts`, one line a case; addresses are keyed codes.
deliveries = sa.Table(
    "deliveries",
    metadata,
    *_of("case_id"),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.String(32), nullable=False),
    sa.Column("reference", sa.String(64)),  # empty until the provider has named it; a name is one case's only
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.UniqueConstraint("practice", "reference", name="deliveries_once"),
    sa.Index("deliveries_by_client", "practice", "client"),
    sa.Index("deliveries_by_address", "practice", "address"),
    sa.Index("deliveries_by_state", "practice", "state", "since"),
)
dead_ends = sa.Table("dead_ends", metadata, *_of("client", "channel"), sa.Column("document", sa.Text, nullable=False))
call_tasks = sa.Table(
    "call_tasks",
    metadata,
    *_of("id"),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("call_tasks_open", "practice", "is_open", "asked_at"),
)
# Who is signed in to the service (hsched_core.domain.access): by the hash of what the browser has.
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    *_of("id"),
    sa.Column("login", sa.String(63), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("is_proved", sa.Boolean, nullable=False),
    sa.Column("vouched_subject", sa.String(64), nullable=False, server_default=""),
    sa.Column("vouched_session", sa.String(64), nullable=False, server_default=""),
    sa.Index("sign_ins_by_login", "practice", "login"),
)
passkeys = sa.Table(
    "passkeys",
    metadata,
    *_of("id"),
    sa.Column("login", sa.String(63), nullable=False),
    sa.Column("credential", sa.LargeBinary, nullable=False),
    sa.Column("uses", sa.BigInteger, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.Index("passkeys_by_login", "practice", "login"),
)
# Programs that may ask the service, by the hash of their token (hsched_core.domain.api_clients).
api_clients = sa.Table(
    "api_clients",
    metadata,
    *_of("name"),
    sa.Column("token_hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.String(128), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String(80), nullable=False),
    sa.Column("revoked_at", Instant),
)
# The access log of predictions (hsched_core.domain.predictions): an entry of the trail holds the hash of each batch's rows.
predictions = sa.Table(
    "predictions",
    metadata,
    *_of("batch"),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),  # text: the bytes that were hashed, as in the trail
    sa.Column("asked_by", sa.String(40), nullable=False),
    sa.Column("client", sa.String(64)),
    sa.Column("clinician", sa.String(64)),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("moment", sa.String(32), nullable=False),
    sa.Column("model_version", sa.String(32), nullable=False),
    sa.Column("features_from", sa.String(16), nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("is_flagged", sa.Boolean, nullable=False),
)
# Addresses that messages carry (hsched_core.domain.client_links): `id` is the SHA-256 of the secret, which stands nowhere.
client_links = sa.Table(
    "client_links",
    metadata,
    *_of("id"),
    sa.Column("client", sa.String(64), nullable=False),
    sa.Column("case_id", sa.String(48), nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Index("client_links_by_client", "practice", "client"),
)
client_wishes = sa.Table("client_wishes", metadata, *_of("client"), sa.Column("document", sa.Text, nullable=False))
