from __future__ import annotations

import pytest

from bot.privacy import slow_hash
from bot.privacy.slow_hash import MARK, PASSWORD, RECEIPT, Strength, derive, new_salt

SECRET = b"kata sandi yang panjang"
SALT = bytes(range(16))
QUICK = Strength(1, 8192)


def test_the_strengths_are_what_guessing_has_to_pay() -> None:
    """RFC 9106: 64 MiB and three passes for what people choose; less only for marks."""
    assert Strength(3, 64 * 1024 * 1024) == PASSWORD == RECEIPT
    assert Strength(1, 32 * 1024 * 1024) == MARK


@pytest.mark.parametrize("strength", [PASSWORD, RECEIPT, MARK])
def test_a_strength_is_written_and_read_again(strength: Strength) -> None:
    assert Strength.parse(str(strength)) == strength


def test_a_strength_is_written_as_it_stands_in_the_database() -> None:
    assert str(PASSWORD) == "argon2id:3:67108864"


@pytest.mark.parametrize(
    "written",
    [
        "", "argon2id", "argon2i:3:67108864", "argon2id:3", "argon2id:0:67108864",
        "argon2id:3:8191", "argon2id:-3:67108864", "argon2id:3:67108864:1", "argon2id:03:67108864",
        "argon2id:3:67108864\n", "argon2id:9999999999:67108864", "argon2id:3:9999999999999",
        "argon2id:３:67108864",
    ],
)  # fmt: skip
def test_what_is_no_strength_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"strength|bounds"):
        Strength.parse(written)


def test_the_same_secret_and_salt_give_the_same_key() -> None:
    assert derive(SECRET, SALT, QUICK) == derive(SECRET, SALT, QUICK)
    assert len(derive(SECRET, SALT, QUICK)) == 32
    assert len(derive(SECRET, SALT, QUICK, size=64)) == 64


@pytest.mark.parametrize(
    ("secret", "salt", "strength"),
    [
        (SECRET + b" ", SALT, QUICK),
        (SECRET, bytes(16), QUICK),
        (SECRET, SALT, Strength(2, 8192)),
        (SECRET, SALT, Strength(1, 16384)),
    ],
    ids=["secret", "salt", "passes", "memory"],
)
def test_whatever_differs_gives_another_key(secret: bytes, salt: bytes, strength: Strength) -> None:
    assert derive(secret, salt, strength) != derive(SECRET, SALT, QUICK)


def test_it_is_argon2id_as_others_compute_it() -> None:
    """The value is from OpenSSL (3 iterations, 64 MiB, one lane): the real strength, too."""
    assert derive(b"password", b"somesalt" * 2, PASSWORD).hex() == GOLDEN


def test_no_two_salts_are_the_same() -> None:
    salts = {new_salt() for _ in range(1000)}
    assert len(salts) == 1000
    assert {len(salt) for salt in salts} == {16}


@pytest.mark.usefixtures("quick_hashes")
def test_tests_may_hash_quickly() -> None:
    assert slow_hash.PASSWORD == slow_hash.RECEIPT == slow_hash.MARK == QUICK


GOLDEN = "7664ad4ba1a3c999fcdd0991ffc2270f78302d2383233db5e7befc85d1bb1819"
