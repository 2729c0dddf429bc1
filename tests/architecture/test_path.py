"""Nothing goes around the path: statuses move in one module, writers take their audit entry, permits are made in one place."""

import ast
import inspect
from pathlib import Path

import pytest

from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import DeskTransaction, Transaction

ROOT = Path(__file__).parents[2]
# name -> the only modules of ours that may call it
HOMES = {
    "follow": {"hsched_core/workflow/steps.py", "hsched_core/workflow/replay.py"},  # moves a status, or checks that it was moved rightly
    "Permit": {"hsched_core/workflow/execution.py"},  # what a write client demands
    "perform": {"hsched_core/workflow/execution.py"},  # what a write client does
    "put_offer": {"hsched_core/workflow/offer_steps.py"},  # how an offer ended
    "put_opening": {"hsched_core/workflow/offer_steps.py"},  # what became of an opening
    "put_standby": {"hsched_core/workflow/standby_steps.py"},  # what became of a standby
}
READERS = {"case", "open_cases", "rollout", "contact_facts", "held", "now", "offer", "standby"}
DESK_READERS = {
    "opening",
    "openings",
    "openings_of",
    "offers",
    "unfinished_offers",
    "offer_histories",
    "cases_about",
    "has_entry",
    "draw",
    "standbys",
    "wishes",
}


def calls(source: str) -> set[str]:
    """Names that a module calls, as functions or as methods."""
    nodes = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {node.id if isinstance(node, ast.Name) else node.attr for node in nodes if isinstance(node, ast.Name | ast.Attribute)}


def strays(place: str, source: str) -> set[str]:
    return {name for name in calls(source) & HOMES.keys() if place not in HOMES[name]}


def test_only_the_path_moves_a_status_or_writes_outside() -> None:
    """No module beside its own calls what changes a case or the outside world."""
    places = [path for package in sorted(ROOT.glob("hsched_*")) for path in sorted(package.rglob("*.py"))]
    found = {str(path.relative_to(ROOT)): strays(str(path.relative_to(ROOT)), path.read_text()) for path in places}

    assert {place: names for place, names in found.items() if names} == {}


@pytest.mark.parametrize("source", ["state = follow(state, event)", "lifecycle.follow(None, e)", "ehr.perform(Permit('x'))"])
def test_the_rule_sees_a_way_around(source: str) -> None:
    """It finds what it is there for."""
    assert strays("hsched_service/desk.py", source)


def writers(protocol: type) -> dict[str, inspect.Signature]:
    public = {name: member for name, member in vars(protocol).items() if inspect.isfunction(member) and not name.startswith("_")}
    return {name: inspect.signature(member) for name, member in public.items() if name not in READERS | DESK_READERS}


@pytest.mark.parametrize("protocol", [Transaction, DeskTransaction])
def test_every_writer_takes_its_audit_entry(protocol: type) -> None:
    """By name, without a default: state and trail cannot be stored apart."""
    found = writers(protocol)

    assert found
    for signature in found.values():
        parameter = signature.parameters["audit"]
        assert parameter.annotation is AuditEntry
        assert parameter.default is inspect.Parameter.empty
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


def test_a_writer_without_an_audit_entry_would_be_seen() -> None:
    """A new method that is neither reader nor takes an entry fails the test above."""

    class Careless:
        def case(self) -> None: ...

        def overwrite(self, case: object) -> None: ...

    assert ["audit" in signature.parameters for signature in writers(Careless).values()] == [False]
