"""Nothing goes into the inbox, or out of it, without its audit entry."""

import inspect

from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import InboxTransaction
from hsched_core.ports.inbox import Told

READERS = {"digests", "told", "next", "find"}


def test_every_writer_of_the_inbox_takes_its_audit_entry() -> None:
    """By name, without a default: state and trail cannot be stored apart."""
    members = {name: one for name, one in vars(InboxTransaction).items() if inspect.isfunction(one) and not name.startswith("_")}
    entries = [inspect.signature(one).parameters["audit"] for name, one in members.items() if name not in READERS]

    assert members.keys() > READERS
    assert {(one.annotation, one.default, one.kind) for one in entries} == {
        (wanted, inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY) for wanted in (AuditEntry, Told)
    }
