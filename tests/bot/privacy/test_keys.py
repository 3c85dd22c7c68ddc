from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import OperatorError
from bot.privacy import keys
from bot.privacy.keys import (
    CHECK_SUBKEY,
    IDENTITY_SUBKEY,
    KEY_BYTES,
    KEY_FILE,
    SEALING_SUBKEY,
    KeyFileError,
    ServerKey,
)
from bot.settings import PROJECT_ROOT

SUBKEYS = (SEALING_SUBKEY, IDENTITY_SUBKEY, CHECK_SUBKEY)


def test_the_key_of_the_first_start_is_the_key_of_every_start(tmp_path: Path) -> None:
    first = ServerKey.load_or_create(tmp_path / "keys")
    again = ServerKey.load_or_create(tmp_path / "keys")
    assert [first.subkey(n) for n in SUBKEYS] == [again.subkey(n) for n in SUBKEYS]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    one = ServerKey.load_or_create(tmp_path / "one")
    other = ServerKey.load_or_create(tmp_path / "other")
    assert one.subkey(SEALING_SUBKEY) != other.subkey(SEALING_SUBKEY)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_may_read_the_key_file(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        ServerKey.load_or_create(tmp_path / "keys")
    finally:
        os.umask(before)
    assert (tmp_path / "keys" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666, 0o620, 0o601])
def test_a_key_readable_by_others_is_refused(tmp_path: Path, mode: int) -> None:
    ServerKey.load_or_create(tmp_path)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(KeyFileError, match="chmod 600"):
        ServerKey.load_or_create(tmp_path)


def test_a_key_made_private_again_is_accepted(tmp_path: Path) -> None:
    made = ServerKey.load_or_create(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    (tmp_path / KEY_FILE).chmod(0o400)
    assert ServerKey.load_or_create(tmp_path).subkey(1) == made.subkey(1)


@pytest.mark.parametrize("size", [0, 1, KEY_BYTES - 1, KEY_BYTES + 1, 4096])
def test_a_damaged_key_file_is_refused_and_left_as_it_is(tmp_path: Path, size: int) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(b"k" * size)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        ServerKey.load_or_create(tmp_path)
    assert path.read_bytes() == b"k" * size


def test_a_key_error_is_one_the_operator_can_mend() -> None:
    assert issubclass(KeyFileError, OperatorError)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_master_key_of_the_wrong_length_is_refused(size: int) -> None:
    with pytest.raises(KeyFileError):
        ServerKey(bytes(size))


def test_a_missing_key_is_not_made_behind_the_back_of_a_database(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="missing"):
        ServerKey.load(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_first_start_leaves_nothing_but_the_key(tmp_path: Path) -> None:
    ServerKey.load_or_create(tmp_path / "keys")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [KEY_FILE]


def test_a_database_recognises_its_key_by_a_value_that_opens_nothing() -> None:
    key = ServerKey.generate()
    assert key.check_value() == key.check_value() != ServerKey.generate().check_value()
    assert key.check_value() not in (key.subkey(SEALING_SUBKEY), key.subkey(IDENTITY_SUBKEY))


START = """
import pathlib, sys, time
from bot.privacy.keys import ServerKey
folder, go = map(pathlib.Path, sys.argv[1:])
while not go.exists():
    time.sleep(0.001)
print(ServerKey.load_or_create(folder).subkey(1).hex())
"""


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    go = tmp_path / "go"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(tmp_path / "keys"), str(go)],
            cwd=PROJECT_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    time.sleep(0.5)
    go.touch()
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, results
    assert len({out for out, _ in results}) == 1


def test_a_process_that_starts_while_the_key_is_being_written_gets_that_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`suluh run` starts the web and the workers in the same moment, on a slow disk too."""
    writing = threading.Event()
    real_write = os.write

    def slow_write(fd: int, data: bytes) -> int:
        writing.set()
        time.sleep(0.3)
        return real_write(fd, data)

    found: list[bytes] = []

    def start() -> None:
        found.append(ServerKey.load_or_create(tmp_path).subkey(SEALING_SUBKEY))

    monkeypatch.setattr(keys.os, "write", slow_write)
    slow = threading.Thread(target=start)
    slow.start()
    assert writing.wait(5)
    monkeypatch.setattr(keys.os, "write", real_write)
    start()
    slow.join()
    assert len(found) == 2
    assert found[0] == found[1]


def test_a_representation_shows_no_secret() -> None:
    key = ServerKey(b"rahasia!" * 4)
    for shown in (repr(key), str(key), f"{key}", f"{[key]}"):
        assert "rahasia" not in shown
        assert "secret" in shown


def test_each_purpose_has_its_own_key() -> None:
    key = ServerKey.generate()
    subkeys = [key.subkey(number) for number in range(1, 20)]
    assert len(set(subkeys)) == len(subkeys)
    assert {len(subkey) for subkey in subkeys} == {32}
    assert len(set(SUBKEYS)) == len(SUBKEYS)


def test_subkeys_stay_what_they_were() -> None:
    """What is in the databases of the field was sealed with these. Never change the values."""
    key = ServerKey(bytes(range(32)))
    assert key.subkey(SEALING_SUBKEY).hex() == GOLDEN_SEALING
    assert key.subkey(IDENTITY_SUBKEY).hex() == GOLDEN_IDENTITY
    assert SUBKEYS == (1, 2, 3)


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1))
def test_a_subkey_does_not_show_the_master_key(master: bytes, number: int) -> None:
    assert ServerKey(master).subkey(number) != master


GOLDEN_SEALING = "aa978a0a70a4fdb47ac61dea132cb78942694177c101bbc4ee0bda0f26788f6d"
GOLDEN_IDENTITY = "29e62adbcb47ecdd71f4d572105d2fe18af2a99d94298039600372c2921b0d80"
