from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge import facts
from bot.knowledge.facts import FactsError, fill

CONTACTS = """
contacts:
  polisi:
    name: Polisi
    show: "110"
    scope: seluruh Indonesia
"""
PENALTIES = """
facts:
  pidana_contoh: {say: paling lama 1 tahun, source: UU Contoh, as_of: "2026-01-02"}
  batas_contoh: {say: 14, source: UU Contoh, as_of: "2026-01-02"}
"""


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, "utf-8")
    return folder


def test_a_contact_is_called_kontak_and_a_fact_by_its_name(tmp_path: Path) -> None:
    assert facts.read(_write(tmp_path, contacts=CONTACTS, penalties=PENALTIES)) == {
        "kontak_polisi": "110",
        "pidana_contoh": "paling lama 1 tahun",
        "batas_contoh": "14",
    }


def test_what_is_said_is_always_a_text(tmp_path: Path) -> None:
    # YAML reads 0110 and 08111 as numbers when somebody forgets the quotation marks.
    read = facts.read(_write(tmp_path, penalties=PENALTIES))
    assert all(isinstance(value, str) for value in read.values())


def test_a_fact_stands_in_one_place_only(tmp_path: Path) -> None:
    _write(tmp_path, a=PENALTIES, b="facts:\n  pidana_contoh: {say: paling lama 2 tahun}\n")
    with pytest.raises(FactsError, match=r"b\.yml repeats pidana_contoh"):
        facts.read(tmp_path)


def test_a_fact_may_not_take_the_name_of_a_contact(tmp_path: Path) -> None:
    _write(tmp_path, a=CONTACTS, b="facts:\n  kontak_polisi: {say: '112'}\n")
    with pytest.raises(FactsError, match="kontak_polisi"):
        facts.read(tmp_path)


def test_a_contact_without_anything_to_show_is_an_error(tmp_path: Path) -> None:
    _write(tmp_path, a="contacts:\n  polisi: {name: Polisi}\n")
    with pytest.raises(KeyError, match="show"):
        facts.read(tmp_path)


def test_only_yaml_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "catatan.txt").write_text("facts: bukan fakta")
    assert facts.read(tmp_path) == {}


def test_the_facts_of_the_product_are_read_once() -> None:
    assert facts.placeholders() is facts.placeholders()
    assert facts.placeholders() == facts.read(facts.FACTS_DIR)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kontak_polisi", "110"),
        ("kontak_sapa", "129"),
        ("pidana_tppo", "paling lama 15 tahun"),
        ("denda_tppo", "Rp5 miliar"),
        ("mulai_kuhp", "2 Januari 2026"),
    ],
)
def test_the_facts_that_matter_most_are_right(name: str, said: str) -> None:
    """UU 1/2026 in force since 2 January 2026, KUHP Pasal 455 and 79."""
    assert facts.placeholders()[name] == said


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{a}", "1"),
        ("{a}{a} {b}", "11 dua"),
        ("tanpa apa-apa", "tanpa apa-apa"),
        ("{c}", "{c}"),
        ("{}", "{}"),
        ("{a", "{a"),
        ("{ a }", "{ a }"),
        ("{{a}}", "{1}"),
        ('{"a": 1}', '{"a": 1}'),
        ("{nol}", "0"),
        (r"\1 {a}", r"\1 1"),
    ],
)
def test_only_names_that_are_known_are_filled(text: str, filled: str) -> None:
    assert fill(text, {"a": 1, "b": "dua", "nol": 0}) == filled


def test_what_was_filled_in_is_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "rahasia"}) == "{b}"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=100))
def test_no_text_makes_filling_fail(text: str) -> None:
    assert fill(text, {}) == text
