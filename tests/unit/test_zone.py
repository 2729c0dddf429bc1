"""The identified zone and its keys: what was tampered with, moved or sealed under another key does not open."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hsched_adapters.keys import Keyring
from hsched_adapters.zone import EncryptedZone
from hsched_core.domain.errors import SafeError, SettingsError

SECRET = b"Maria Secret, 1987-03-02"
NAME = "raw_ehr__clients/2026-03-10.parquet"


@pytest.fixture
def zone(tmp_path: Path) -> EncryptedZone:
    return opened(tmp_path)


def opened(home: Path, practice: str = "north") -> EncryptedZone:
    return EncryptedZone(home / "identified", practice, Keyring(home / "keys", practice))


def file_of(home: Path, name: str = NAME) -> Path:
    return home / "identified" / f"{name}.enc"


def test_what_is_written_is_read_and_stands_nowhere(zone: EncryptedZone, tmp_path: Path) -> None:
    """Also by another process with the same keys folder; the bytes on disk hold nothing of it."""
    zone.write(NAME, SECRET)

    assert opened(tmp_path).read(NAME) == SECRET
    assert all(SECRET[:5] not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert stat.S_IMODE(file_of(tmp_path).stat().st_mode) == 0o600


def test_the_same_content_never_looks_the_same(zone: EncryptedZone, tmp_path: Path) -> None:
    """Every write draws a new nonce."""
    zone.write(NAME, SECRET)
    first = file_of(tmp_path).read_bytes()
    zone.write(NAME, SECRET)

    assert file_of(tmp_path).read_bytes() != first


def test_every_flipped_byte_is_noticed(zone: EncryptedZone, tmp_path: Path) -> None:
    """Header, key name, nonce, content and seal: each byte counts."""
    zone.write(NAME, SECRET)
    sound = file_of(tmp_path).read_bytes()

    for place in range(len(sound)):
        file_of(tmp_path).write_bytes(sound[:place] + bytes([sound[place] ^ 1]) + sound[place + 1 :])
        with pytest.raises(SafeError):
            zone.read(NAME)


def test_a_moved_file_does_not_open(zone: EncryptedZone, tmp_path: Path) -> None:
    """Yesterday's extract cannot be passed off as today's, nor one practice's as another's."""
    other = "raw_ehr__clients/2026-03-11.parquet"
    zone.write(NAME, SECRET)
    os.rename(file_of(tmp_path), file_of(tmp_path, other))

    with pytest.raises(SafeError, match=f"tampered_or_moved at {other}"):
        zone.read(other)
    with pytest.raises(SafeError):
        opened(tmp_path, "south").read(other)


def test_a_cut_or_foreign_file_does_not_open(zone: EncryptedZone, tmp_path: Path) -> None:
    """Half a file, an empty one, and one that is not ours."""
    zone.write(NAME, SECRET)
    sound = file_of(tmp_path).read_bytes()

    for content in (sound[:20], sound[:-1], b"", b"PAR1", SECRET):
        file_of(tmp_path).write_bytes(content)
        with pytest.raises(SafeError) as caught:
            zone.read(NAME)
        assert caught.value.__cause__ is None
        assert "Maria" not in str(caught.value)


def test_a_missing_file_says_so(zone: EncryptedZone) -> None:
    """By its name in the zone."""
    assert not zone.exists(NAME)
    with pytest.raises(SafeError, match=f"not_in_zone at {NAME}"):
        zone.read(NAME)


@pytest.mark.parametrize("name", ["../vault", "a//b", "/etc/passwd", "a/../../b", "", "A b", "a/."])
def test_names_stay_inside_the_zone(zone: EncryptedZone, name: str) -> None:
    """No way out of the folder."""
    with pytest.raises(SafeError, match="not_a_name_of_the_zone"):
        zone.write(name, b"")


def test_names_below_a_prefix_are_listed_and_removed(zone: EncryptedZone, tmp_path: Path) -> None:
    """In order; empty folders go with their last file."""
    for name in ("landing/b/2.parquet", "landing/a/1.parquet", "raw/x"):
        zone.write(name, b"x")

    assert zone.names("landing/") == ["landing/a/1.parquet", "landing/b/2.parquet"]
    zone.remove("landing/")
    assert zone.names("") == ["raw/x"]
    assert not (tmp_path / "identified" / "landing").exists()


def test_a_rotated_key_writes_the_new_and_reads_the_old(tmp_path: Path) -> None:
    """The key's name stands in every file."""
    keyring = Keyring(tmp_path / "keys", "north")
    zone = EncryptedZone(tmp_path / "identified", "north", keyring)
    zone.write("old", SECRET)
    new = keyring.rotate("zone")
    zone.write("new", SECRET)

    assert (opened(tmp_path).read("old"), opened(tmp_path).read("new")) == (SECRET, SECRET)
    assert new.kid.encode() in file_of(tmp_path, "new").read_bytes()
    assert new.kid.encode() not in file_of(tmp_path, "old").read_bytes()


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """0600, and one that everybody may read is refused."""
    Keyring(tmp_path, "north").active("zone")
    files = [path for path in tmp_path.iterdir() if path.is_file()]

    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    os.chmod(tmp_path / "key-encryption.key", 0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        Keyring(tmp_path, "north").active("zone")


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """A new key would lock out everything that was written before."""
    Keyring(tmp_path, "north").active("zone")
    (tmp_path / "key-encryption.key").unlink()

    with pytest.raises(SettingsError, match="Restore the keys folder"):
        Keyring(tmp_path, "north").active("zone")


def test_another_key_does_not_open_the_data_keys(tmp_path: Path) -> None:
    """Named by the key's id, without its content."""
    keyring = Keyring(tmp_path, "north")
    kid = keyring.active("zone").kid
    (tmp_path / "key-encryption.key").unlink()
    (tmp_path / "elsewhere").mkdir()
    Keyring(tmp_path / "elsewhere", "north").active("zone")

    with pytest.raises(SafeError, match=f"key_does_not_open at key {kid}"):
        Keyring(tmp_path, "north", tmp_path / "elsewhere" / "key-encryption.key").active("zone")


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"c2hvcnQ="])
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    """The setting HSCHED_KEY_FILE may point anywhere."""
    (tmp_path / "k").write_bytes(content)
    os.chmod(tmp_path / "k", 0o600)

    with pytest.raises(SettingsError, match="does not hold a base64 key"):
        Keyring(tmp_path / "keys", "north", tmp_path / "k").active("zone")


def test_first_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    """Two code locations start together on a fresh machine."""
    with ThreadPoolExecutor(8) as pool:
        kids = list(pool.map(lambda _: Keyring(tmp_path, "north").active("zone").kid, range(16)))

    assert len(set(kids)) == 1


def test_a_secret_does_not_show_in_a_keys_representation(tmp_path: Path) -> None:
    """Keys end up in tracebacks by their repr."""
    key = Keyring(tmp_path, "north").active("zone")

    assert repr(key) == f"DataKey(kid='{key.kid}')"
