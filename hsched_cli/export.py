"""`hsched export`: finished feature rows as they may leave the practice."""

import secrets
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import err, out
from hsched_core.domain.errors import InputError, NotReadyError

if TYPE_CHECKING:
    import pyarrow as pa

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a word begins that a spreadsheet takes for one
app = typer.Typer(no_args_is_help=True, help="Finished rows as they may leave the practice.")
EXAMPLES = """
Examples:

  hsched export features rows.csv

  hsched export features rows.parquet --profile safe_harbor
"""


class Leaving(StrEnum):
    """Profiles under which rows may leave. `limited` is not one: it is still protected data."""

    SAFE_HARBOR = "safe_harbor"


@app.callback()
def export() -> None:
    """Finished rows as they may leave the practice."""


@app.command("features", epilog=EXAMPLES)
def features(
    target: Path = typer.Argument(..., metavar="OUT", help="The file to write: .csv or .parquet."),
    profile: Leaving = typer.Option(Leaving.SAFE_HARBOR, help="What may be in it."),
) -> None:
    """Write the feature rows without dates, places and our codes; rare categories merged, rows in random order."""
    from hsched_cli.practice import opened
    from hsched_core.privacy.claims import Profile, claim_of

    _check_target(target)
    source = opened().paths.tables / "feat_no_show__appointments.parquet"
    if not source.exists():
        raise NotReadyError("There are no feature tables yet.", "Run `hsched run` first.")
    with err().status("Exporting ..."):
        table = leaving_rows(source)
        write(table, target)
    out().print(f"Wrote {table.num_rows:,} rows to {target}.\nClaim: {claim_of(Profile(profile.value))}", markup=False)


def _check_target(target: Path) -> None:
    if target.suffix not in {".csv", ".parquet"}:
        raise InputError("the export is neither .csv nor .parquet.", "Name it so.", file=target.name)
    if target.exists():
        raise InputError("the file is there already.", "Choose another name, or remove it.", file=target.name)


def leaving_rows(source: Path) -> "pa.Table":
    """The rows under fresh random pseudonyms, sorted by them: the order of a file is information too."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from hsched_core.privacy.safe_harbor import category_columns, exported, merged_small

    rows = pq.read_table(source).to_pylist()
    leaving = sorted(exported(rows, (secrets.token_hex(16) for _ in rows)), key=lambda row: str(row["row_id"]))
    columns: dict[str, list[Any]] = {name: [row[name] for row in leaving] for name in (leaving[0] if leaving else ())}
    merged = {name: merged_small(values) if name in category_columns() else values for name, values in columns.items()}
    return pa.table({name: _one_type(values) for name, values in merged.items()})


def _one_type(values: list[Any]) -> list[Any]:
    """A column in which a rare flag became a word is a column of words."""
    has_words = any(isinstance(value, str) for value in values)
    return [str(value) if has_words and value is not None else value for value in values]


def without_formulas(table: "pa.Table") -> "pa.Table":
    """The table with an apostrophe before every word that a spreadsheet would run: for files that people open in one."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            words = [
                f"'{word}" if word and word.startswith(FORMULA) and not _is_number(word) else word for word in table[place].to_pylist()
            ]
            table = table.set_column(place, field.name, pa.array(words, field.type))
    return table


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def write(table: "pa.Table", target: Path) -> None:
    """The file appears whole or not at all."""
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    part = target.with_name(f".{target.name}.part")
    try:
        if target.suffix == ".csv":
            csv.write_csv(without_formulas(table), part)
        else:
            pq.write_table(table, part)
        part.replace(target)
    except OSError as error:
        raise InputError(f"cannot be written ({type(error).__name__}).", "Choose another folder.", file=str(target)) from None
    finally:
        part.unlink(missing_ok=True)
