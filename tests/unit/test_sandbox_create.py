"""Making a sandbox: all of it or nothing, never over another practice, progress that moves forward."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.settings import Paths, Practice, Source, save_practice
from hsched_core.domain.errors import UserError
from hsched_sandbox import create
from hsched_sandbox.create import SUMMARY_FILE, create_sandbox, existing_sandbox
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.truth import ORACLE_FILE

SMALL: dict[str, Any] = {"today": date(2026, 11, 24), "clinicians": 1, "years": 0.1, "seed": 3}


def test_another_practice_is_never_overwritten(tmp_path: Path) -> None:
    """An imported practice stays, and the message says what to do."""
    imported = Practice("vitoria", "Clinics", "UTC", "BR", Source(kind="landing", map="m", batch="b"), date(2016, 4, 29))
    save_practice(Paths(tmp_path), imported)

    with pytest.raises(UserError, match="another practice"):
        create_sandbox(tmp_path, **SMALL)
    assert not (tmp_path / "sandbox").exists()


def test_a_broken_attempt_leaves_no_sandbox_and_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export is moved to its place only when all of it is there."""

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(create, "write_truth", full_disk)
        with pytest.raises(OSError, match="no space left"):
            create_sandbox(tmp_path, **SMALL)
    assert existing_sandbox(tmp_path) is None
    assert not Paths(tmp_path).practice_file.exists()

    assert not create_sandbox(tmp_path, **SMALL).reused
    assert existing_sandbox(tmp_path) is not None


def test_a_missing_practice_file_is_written_again(tmp_path: Path) -> None:
    """An attempt that ended between the two files is completed by the next one."""
    create_sandbox(tmp_path, **SMALL)
    Paths(tmp_path).practice_file.unlink()

    assert create_sandbox(tmp_path, **SMALL).reused
    assert Paths(tmp_path).practice_file.exists()


def test_another_kind_of_practice_is_another_sandbox(tmp_path: Path) -> None:
    """Asked for in the same home it is refused, and the message says what is there."""
    create_sandbox(tmp_path, **SMALL, archetype=Archetype.COMMUNITY)

    for other in ({}, {"archetype": Archetype.COMMUNITY, "plain": True}):
        with pytest.raises(UserError, match="another sandbox \\(community, seed 3"):
            create_sandbox(tmp_path, **SMALL, **other)
    assert create_sandbox(tmp_path, **SMALL, archetype=Archetype.COMMUNITY).reused


def test_a_sandbox_from_before_there_were_kinds_is_still_read(tmp_path: Path) -> None:
    """Its summary lacks the words: it was a plain private practice."""
    create_sandbox(tmp_path, **SMALL, plain=True)
    summary = Paths(tmp_path).sandbox / SUMMARY_FILE
    old = {name: value for name, value in json.loads(summary.read_text()).items() if name not in ("archetype", "plain")}
    summary.write_text(json.dumps(old))

    assert create_sandbox(tmp_path, **SMALL, plain=True).reused


def test_the_oracles_error_lies_beside_the_truth(tmp_path: Path) -> None:
    """Exact in a plain practice, a bracket in a lifelike one."""
    for plain in (True, False):
        home = tmp_path / str(plain)
        create_sandbox(home, **SMALL, plain=plain)
        stated = json.loads((Paths(home).sandbox / "truth" / ORACLE_FILE).read_text())

        assert stated["is_exact"] == plain
        assert (stated["at_most"] == 0) == plain
        assert stated["unit"] == "millinats a visit"


def test_progress_moves_from_zero_to_one(tmp_path: Path) -> None:
    """Shares never fall, and each comes with words."""
    heard: list[tuple[float, str]] = []
    create_sandbox(tmp_path, **SMALL, progress=lambda share, what: heard.append((share, what)))
    shares = [share for share, _ in heard]

    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert all(what for _, what in heard)
