"""All that is ever said, as people read it, and the limits that it keeps to."""

from __future__ import annotations

from bot.conversation.gsm7 import ALPHABET
from bot.entities import lists
from bot.knowledge import facts
from bot.privacy import receipt_words
from bot.quiz.questions import questions
from tests.nlu_data import content
from tests.nlu_data.content import NLU_DATA, filled

MAX_ANSWER = 900
MAX_SMS = 300

# All answers meet it; official prose is far below (see the test of the measure).
EASY_ENOUGH = 65.0
# "about 15 words" (docs/menulis-topik.md)
LONGEST_SENTENCE = 17

# What an SMS holds without becoming shorter. The characters of the extension, which count
# twice, are left out on purpose.
GSM_7 = ALPHABET

# What the actions fill into a response by themselves, each with its longest value. Every other
# name in braces is a fact. tests/nlu_data/test_quiz.py holds this against the action.
_ASKED = {
    "nomor": "10",
    "jumlah": "10",
    "tanya": max((question.text for question in questions().values()), key=len),
    "pilihan": max(
        ("\n".join(f"A. {option}" for option in q.options) for q in questions().values()), key=len
    ),
}
_EXPLAINED = {
    "huruf": "A",
    "pilihan": max((option for q in questions().values() for option in q.options), key=len),
    "sebab": max((question.reason for question in questions().values()), key=len),
}
_SCORE = {"benar": "10", "jumlah": "10"}
LONGEST_COUNTRY = max((names[0] for names in lists.read("negara")["negara"].values()), key=len)
_RECEIPT = {
    "nomor": "0812-0000-0000-0001",
    "kata": " ".join([max(receipt_words.words(), key=len)] * 5),
}
_LEARNED = {**_SCORE, "sebelum": "10"}
_MISSION = {
    "negara": LONGEST_COUNTRY,
    "nomor": max((" atau ".join(said) for said in facts.missions().values()), key=len),
}
VARIABLES: dict[str, dict[str, str]] = {
    "ucapan_kuis_soal": _ASKED,
    "ucapan_kuis_benar": _EXPLAINED,
    "ucapan_kuis_salah": _EXPLAINED,
    "ucapan_kuis_dilewati": _EXPLAINED,
    "ucapan_kuis_berhenti": _SCORE,
    "ucapan_kuis_skor": _SCORE,
    "ucapan_kuis_skor_sebelum": _SCORE,
    "ucapan_kuis_skor_sesudah": _SCORE,
    "ucapan_kuis_belajar_naik": _LEARNED,
    "ucapan_kuis_belajar_tetap": _LEARNED,
    "ucapan_pilihan_tidak_ada": {"jumlah": "10"},
    "ucapan_petugas_tutup": {"buka": "hari Senin pukul 08.00 WIB"},
    "ucapan_berkas_terlalu_besar": {"ukuran": "10 MB"},
    "ucapan_berkas_terlalu_banyak": {"jumlah": "30"},
    "ucapan_perwakilan": _MISSION,
    "ucapan_perwakilan_tidak_ada": {"negara": LONGEST_COUNTRY},
    "ucapan_lapor_bahaya_luar": _MISSION,
    "ucapan_lapor_bahaya_luar_tanpa_nomor": {"negara": LONGEST_COUNTRY},
    "ucapan_lapor_tanya_kirim": {"ringkasan": "Kejadian: Surat atau umur dipalsu"},
    "ucapan_lapor_terkirim": _RECEIPT,
    "ucapan_status_nomor_baru": _RECEIPT,
    "ucapan_resi_tunggu": {"tunggu": "60"},
    "ucapan_status": {"status": max(content.tip_states().values(), key=len)},
    "ucapan_status_pesan": {"pesan": "Apakah mereka masih di sana?"},
    # Sentences of a checked answer.
    "ucapan_singkatnya": {"rincian": max((t.sms for t in content.topics()), key=len)},
    "ucapan_intinya": {
        "rincian": max((t.text.split("\n\n")[0] for t in content.topics()), key=len)
    },
    "ucapan_rincian": {"rincian": "Umumnya kamu perlu surat rekomendasi dulu dari Disnaker."},
}


def every_text() -> list[tuple[str, str]]:
    """Name and text of all that is ever said."""
    said = [(f"faq/{topic.id}", topic.text) for topic in content.topics()]
    said += [(f"faq/{topic.id} (sms)", topic.sms) for topic in content.topics()]
    for name, variants in content.responses().items():
        for variant in variants:
            channel = f" ({variant['channel']})" if "channel" in variant else ""
            said.append((name + channel, variant["text"]))
    for entry in content.load(NLU_DATA / "kuis" / "soal.yml")["soal"]:
        options = "\n".join(f"- {option}" for option in entry["pilihan"])
        said.append((f"kuis/{entry['id']}", f"{entry['tanya']}\n\n{options}\n\n{entry['sebab']}"))
    return said


def as_read(name: str, text: str) -> str:
    """`text` of the response `name` as a person reads it, with the longest of what varies."""
    return filled(facts.fill(text, VARIABLES.get(name.removesuffix(" (sms)"), {})))
