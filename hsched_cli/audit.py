"""`hsched audit`: whether the trail is what was written, and what it tells about one subject."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.store.audit.examination import Examination

app = typer.Typer(no_args_is_help=True, help="The audit trail: is it whole, and what does it tell?")
VERIFY_EXAMPLES = """
Examples:

  hsched audit verify

  hsched audit verify --codes              with the practice's secret: newest entries too

  hsched audit verify --store sqlite:///copy.sqlite --practice elm --checkpoints kept.jsonl --public-keys kept.txt
"""
SHOW_EXAMPLES = """
Examples:

  hsched audit show appointment:0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6

  hsched audit show 0f3c9a6e --json        its first digits, as the queue shows them

  hsched audit show APT-0003728 --as frontdesk       the EHR's own id; who looked is recorded
"""
BROKEN = 1
ELSEWISE = (
    "Subjects are pseudonyms, as the queue and this list show them; the EHR's own id needs `--as LOGIN`, because the look is recorded."
)


@app.callback()
def audit() -> None:
    """The audit trail: is it whole, and what does it tell?"""


@app.command("verify", epilog=VERIFY_EXAMPLES)
def verify(
    store: str = typer.Option("", help="Address of the database; the practice's own by default. It is only read."),
    practice: str = typer.Option("", help="Whose trail; the practice of HSCHED_HOME by default."),
    checkpoints: Path | None = typer.Option(None, help="File of signed checkpoints; a copy kept elsewhere proves most."),
    public_keys: Path | None = typer.Option(None, help="File of public keys; a copy kept elsewhere proves most."),
    codes: bool = typer.Option(False, "--codes", help="Check each entry's code too; needs the practice's keys."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Verify the audit trail against its signed checkpoints and name the first broken entry; exit code 1 where it does not hold."""
    from hsched_adapters.store.audit.examination import examine
    from hsched_cli.practice import opened, settings

    chosen = settings()
    found = examine(
        store or chosen.store_url,
        practice or chosen.practice.id,
        checkpoints or chosen.checkpoints_file,
        public_keys or chosen.paths.public_keys,
        opened().audit_secrets if codes else None,
    )
    if as_json:
        print_json(_document(found))
    else:
        _show(found)
    if not found.holds:
        raise typer.Exit(BROKEN)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(
    subject: str = typer.Argument(
        help="Pseudonym of an appointment, client, proposal ..., or six of its first digits; or, with --as, the EHR's own id. "
        "A kind before a colon tells apart what is called alike."
    ),
    login: str = typer.Option("", "--as", help="Who looks: needed for the EHR's own id. The vault's access log keeps it."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Tell everything recorded about one subject, and about what mentions it, in order."""
    from dataclasses import asdict

    from hsched_adapters.store.audit.examination import whole_story
    from hsched_cli.practice import settings
    from hsched_cli.story import documents, lines, meanings

    chosen = settings()
    subject = _behind(subject.strip(), login) if login else subject.strip()
    entries, cases = whole_story(chosen.store_url, chosen.practice.id, subject)
    if as_json:
        told = {"subject": subject, "entries": [asdict(entry) for entry in entries], "cases": documents(cases, chosen.practice.zone)}
        print_json({**told, "reasons": meanings(entries)})
    elif not entries:
        raise UserError("Nothing is recorded about that subject.", ELSEWISE)
    else:
        out().print("\n".join(lines(entries, cases, chosen.practice.zone)), markup=False)


def _behind(named: str, login: str) -> str:
    """The pseudonym behind the EHR's own id, where the vault knows it; else what was typed, which may be a pseudonym."""
    from hsched_cli.desk import someone
    from hsched_cli.practice import opened
    from hsched_cli.who import found_behind

    practice = opened()
    found = found_behind(practice, named, someone(practice, login, "audit.show").token)
    if len(found) > 1:
        kinds = [kind for kind, _ in found]
        raise UserError(
            f"The EHR has that id more than once: {', '.join(kinds)}.",
            f"Say which is meant: {' or '.join(f'{one}:{named}' for one in kinds)}.",
        )
    return found[0][1] if found else named


def _document(found: "Examination") -> dict[str, Any]:
    verdict = found.verdict
    return {
        "holds": found.holds,
        "entries": verdict.entries,
        "head": verdict.head.hex(),
        "broken": None
        if verdict.broken is None
        else {"first": verdict.broken.first, "last": verdict.broken.last, "what": verdict.broken.what},
        "checkpoints": len(found.checkpoints),
        "newest_checkpoint_at": found.checkpoints[-1].at if found.checkpoints else None,
        "proven_by_checkpoints": verdict.anchored,
        "not_yet_proven": verdict.unanchored,
        "codes_checked": found.with_codes,
        "trouble": list(found.trouble),
    }


def _show(found: "Examination") -> None:
    verdict = found.verdict
    if verdict.broken:
        out().print(f"The audit trail is broken at {verdict.broken}.", style="bold red", markup=False)
    for trouble in found.trouble:
        out().print(f"{trouble[:1].upper()}{trouble[1:]}.", style="red", markup=False)
    out().print(f"{verdict.entries:,} entries follow from each other{', each with a code of the key' if found.with_codes else ''}.")
    if found.checkpoints:
        out().print(
            f"{len(found.checkpoints):,} signed checkpoints, the newest of {found.checkpoints[-1].at}, prove {verdict.anchored:,} of them."
        )
    if verdict.unanchored:
        guard = "their codes" if found.with_codes else "the chain alone; `--codes` checks who wrote them"
        out().print(f"{verdict.unanchored:,} newer ones are guarded by {guard}; that none was cut off after them, nobody can know yet.")
    if found.holds:
        out().print("The trail holds.", style="green")
