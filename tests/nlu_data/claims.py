"""What a text claims: numbers, laws and promises, and which of them it may."""

from __future__ import annotations

import re

from tests.nlu_data.content import PLACEHOLDER

# Digits that may stand in a text by themselves. Everything else that has a number, such as a
# telephone, a penalty, an amount or a time limit, comes from a fact by its name.
WRITTEN_NUMBERS = (
    r"^\d{1,2}\. ",  # the number of a list item
    r"\b(?:UU|PP|Perpres|Permenaker|BP2MI) \d+/\d{4}",  # a law: UU 18/2017
    # Pasal 6, 15, dan 18 (but not "Pasal 6, 7 hari")
    r"\bPasal \d+(?:(?:,? dan|,? atau| sampai|,) (?:Pasal )?\d+\b(?! (?:hari|bulan|tahun)))*",
    r"\bayat \d+",
    r"\b24 jam\b",  # always open
    r"\bSAPA 129\b",  # a service that has its number in its name
    r"\b[A-Z]+\d[A-Z]+\b",  # KP2MI, P3MI, SISKOP2MI
    # the year of something that was reported
    r"\b(?:[Aa]wal|[Aa]khir|[Tt]ahun|Januari|Februari|Maret|April|Mei|Juni|Juli|Agustus|"
    r"September|Oktober|November|Desember) 20\d\d\b",
)

# Amounts, times and shares in words, "tiga bulan" or "dua puluh persen", are facts as much as
# those in digits. Counts of things, "lima syarat", are not.
_COUNTS = (
    "satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|sepuluh|sebelas|belas|belasan|puluh|"
    "puluhan|seratus|ratus|ratusan|seribu|ribu|ribuan|sejuta|juta|jutaan|setengah|separuh"
)
_PERIODS = "detik|menit|jam|hari|minggu|pekan|bulan|tahun"
NUMBERS_IN_WORDS = (
    rf"\b(?:{_COUNTS})(?:\s(?:{_COUNTS}))*\s(?:{_PERIODS}|persen|kali lipat|ribu|juta|miliar|"
    r"triliun|rupiah|ringgit|dolar)\b",
    # setahun, but not sehari-hari
    rf"\bse(?:{_PERIODS})\b(?!-)",
    rf"\b(?:ber)?(?:umur|usia) (?:{_COUNTS})\b",
    r"\b(?:se|dua |tiga )per(?:dua|tiga|empat|lima)\b",
    r"\b(?:separuh|setengah)\b",
)
# Words of that kind that may stand in a text by themselves.
WRITTEN_IN_WORDS = (
    # How long a contract is, beside the contribution for a contract of that length.
    r"\bEnam bulan: \{iuran_6_bulan\}",
    r"\bSatu tahun: \{iuran_12_bulan\}",
    r"\bDua tahun: \{iuran_24_bulan\}",
    r"\{iuran_6_bulan\} \(enam bulan\)",
    r"\{iuran_12_bulan\} \(setahun\)",
    r"\{iuran_24_bulan\} \(dua tahun\)",
    # What somebody in the quiz might do, and had better not.
    r"^- Bayar separuh dulu\b",
)

# A law, by whichever of its names a text calls it.
_LAW = re.compile(
    r"\b(?:UU|PP|Perpres|Permenaker|Kepmenaker|Keputusan Menteri Ketenagakerjaan|Kepgub|BP2MI|"
    r"BPPMI) \d+/\d{4}|\bKUHP\b"
)
_LAW_NAMES = {
    "UU 1/2023": "KUHP",
    "Keputusan Menteri Ketenagakerjaan 260/2015": "Kepmenaker 260/2015",
}
# The articles after "Pasal". An ayat, angka or huruf, and the one after its "dan", is a part.
_PART = r" (?:(?:ayat|angka) \d+|huruf [a-z]\b)"
_PART_OF_ARTICLE = re.compile(rf"{_PART}(?: dan \d+)?")
_ARTICLES = re.compile(rf"\bPasal (\d+(?:(?:{_PART})+|(?:,? (?:dan|atau|sampai)|,) \d+)*)")

# Promises that nobody can keep, and figures of the law before 2 January 2026.
FORBIDDEN = (
    r"\bpasti aman\b",
    r"\bdijamin\b",
    r"\b100 ?(?:%|persen)",
    r"\bpasti (?:ditolong|selamat|pulang|menang|diterima|dihukum)\b",
    r"\bkami akan (?:menyelamatkan|menolong|menjemput|membebaskan)",
    r"\bsuluh akan (?:menyelamatkan|menolong|menjemput|melapor)",
    r"\btawaran (?:ini|itu) aman\b",
    r"(?<!jangan )\b(?:lawan|hadapi|datangi) (?:pelaku|majikan|agen|calo)\w* (?:sendiri|langsung)",
)
OLD_FIGURES = (
    r"minimal 3 tahun",
    r"3 (?:sampai|hingga|-|s/d) 15 tahun",
    r"Rp ?120 juta",
    r"Rp ?600 juta",
    r"Rp ?15 miliar",
)


def unwritten_numbers(text: str) -> list[str]:
    """The numbers in `text` that should have come from a fact."""
    text = PLACEHOLDER.sub("", text)
    for allowed in WRITTEN_NUMBERS:
        text = re.sub(allowed, "", text, flags=re.MULTILINE)
    return re.findall(r"\S*\d\S*", text)


def numbers_in_words(text: str) -> list[str]:
    """The amounts, times and shares in words that should have come from a fact."""
    for allowed in WRITTEN_IN_WORDS:
        text = re.sub(allowed, "", text, flags=re.MULTILINE)
    return found(NUMBERS_IN_WORDS, PLACEHOLDER.sub("", text))


def cited(text: str) -> set[tuple[str, int | None]]:
    """The laws that a text names and their articles; None stands for the law itself."""
    found: set[tuple[str, int | None]] = set()
    law = ""
    marks = [*_LAW.finditer(text), *_ARTICLES.finditer(text)]
    for mark in sorted(marks, key=lambda mark: mark.start()):
        if mark.re is _LAW:
            law = _LAW_NAMES.get(mark[0], mark[0])
            found.add((law, None))
            continue
        for first, last in re.findall(
            r"(\d+)(?: sampai (\d+))?", _PART_OF_ARTICLE.sub("", mark[1])
        ):
            found |= {(law, number) for number in range(int(first), int(last or first) + 1)}
    return found


def found(patterns: tuple[str, ...], text: str) -> list[str]:
    return [hit[0] for pattern in patterns for hit in re.finditer(pattern, text, re.IGNORECASE)]
