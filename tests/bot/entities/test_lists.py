from __future__ import annotations

from pathlib import Path

import pytest

from bot.entities import lists

FILES = sorted(path.stem for path in lists.LOOKUP_DIR.glob("*.yml"))
READ_HERE = (
    "angka", "negara", "nomor", "pekerjaan", "perusahaan", "tautan", "tempat", "uang", "umur",
    "waktu",
)  # fmt: skip


@pytest.mark.parametrize("name", READ_HERE)
def test_a_list_begins_by_saying_what_it_is_and_where_it_is_from(name: str) -> None:
    assert name in FILES
    text = (lists.LOOKUP_DIR / f"{name}.yml").read_text("utf-8")
    comment = text[: text.index("\n\n")]
    assert all(line.startswith("#") for line in comment.splitlines())
    for said in ("Read by bot/entities/", "Source", "To add"):
        assert said in comment, name


def test_a_word_with_two_meanings_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tes.yml").write_text("per:\n  bulan: bln b\n  hari: b\n", "utf-8")
    monkeypatch.setattr(lists, "LOOKUP_DIR", tmp_path)
    lists.read.cache_clear()
    with pytest.raises(lists.ListError):
        lists.meanings("tes", "per")
    lists.read.cache_clear()


@pytest.mark.parametrize("names", [{"MY": ["kl"], "SG": ["KL"]}, {"MY": ["kl", "kl"]}])
def test_a_name_of_two_things_is_refused(names: dict[str, list[str]]) -> None:
    with pytest.raises(lists.ListError):
        lists.variants(names)
