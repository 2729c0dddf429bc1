"""Nothing changes what is known of messages without its audit entry, and numbers and addresses end in the adapters."""

import ast
import inspect
from pathlib import Path

from hsched_core.domain.audit import AuditEntry
from hsched_core.ports.messages import MessageTransaction

ROOT = Path(__file__).parents[2]
READERS = {"case", "delivery", "case_of", "deliveries_at", "under_way", "dead_end", "dead_ends", "call", "calls"}
# Who may import the libraries that send: a second way out would be a way around the path.
SENDERS = {"smtplib": {"hsched_adapters/messaging/email_door.py"}, "phonenumbers": {"hsched_adapters/messaging/addresses.py"}}


def test_every_writer_of_messages_takes_its_audit_entry() -> None:
    """By name, without a default: state and trail cannot be stored apart."""
    members = {name: one for name, one in vars(MessageTransaction).items() if inspect.isfunction(one) and not name.startswith("_")}
    entries = [inspect.signature(one).parameters["audit"] for name, one in members.items() if name not in READERS]

    assert members.keys() > READERS
    assert {(one.annotation, one.default, one.kind) for one in entries} == {
        (AuditEntry, inspect.Parameter.empty, inspect.Parameter.KEYWORD_ONLY)
    }


def imported(source: str) -> set[str]:
    """First names of every module that is imported anywhere in a source."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_mail_and_numbers_have_one_room_each() -> None:
    """No other module speaks SMTP or reads a phone number."""
    paths = [path for package in sorted(ROOT.glob("hsched_*")) for path in sorted(package.rglob("*.py"))]
    homes = {name: {str(path.relative_to(ROOT)) for path in paths if name in imported(path.read_text())} for name in SENDERS}

    assert homes == SENDERS
