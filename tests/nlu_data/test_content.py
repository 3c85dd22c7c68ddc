"""The content check: what docs/menulis-topik.md asks of a writer, one test a rule."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import yaml

from bot.knowledge import facts
from bot.quiz.questions import questions
from bot.settings import PROJECT_ROOT
from tests.nlu_data import content
from tests.nlu_data.content import NLU_DATA, PLACEHOLDER, Topic, filled
from tests.nlu_data.readability import longest_sentence, reading_ease

AREAS = {"hukum", "migrasi", "tanda", "bantuan"}

MAX_ANSWER = 900
MAX_SMS = 300
# A row in a WhatsApp list holds no more.
MAX_TITLE = 24

# All answers meet it; official prose is far below (see the test of the measure).
EASY_ENOUGH = 65.0
# "about 15 words" (docs/menulis-topik.md)
LONGEST_SENTENCE = 17

# Where the change of the law itself is explained.
ABOUT_THE_CHANGE = {"kuhp_baru", "hukuman_pelaku", "calo"}

# 3GPP TS 23.038, the basic table: what an SMS holds without becoming shorter.
GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

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
_LEARNED = {**_SCORE, "sebelum": "10"}
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
    # Sentences of a checked answer.
    "ucapan_rincian": {"rincian": "Umumnya kamu perlu surat rekomendasi dulu dari Disnaker."},
}

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

# A day of slack: the writer may be east of the machine that checks.
TOMORROW = datetime.now(timezone.utc).date() + timedelta(days=1)

MARKUP = re.compile(r"[*_#`]|\[[^\]]*\]\(")


def _every_text() -> list[tuple[str, str]]:
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


def _as_read(name: str, text: str) -> str:
    """`text` of the response `name` as a person reads it, with the longest of what varies."""
    return filled(facts.fill(text, VARIABLES.get(name.removesuffix(" (sms)"), {})))


def _unwritten_numbers(text: str) -> list[str]:
    """The numbers in `text` that should have come from a fact."""
    text = PLACEHOLDER.sub("", text)
    for allowed in WRITTEN_NUMBERS:
        text = re.sub(allowed, "", text, flags=re.MULTILINE)
    return re.findall(r"\S*\d\S*", text)


def _numbers_in_words(text: str) -> list[str]:
    """The amounts, times and shares in words that should have come from a fact."""
    for allowed in WRITTEN_IN_WORDS:
        text = re.sub(allowed, "", text, flags=re.MULTILINE)
    return _found(NUMBERS_IN_WORDS, PLACEHOLDER.sub("", text))


def _cited(text: str) -> set[tuple[str, int | None]]:
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


def _found(patterns: tuple[str, ...], text: str) -> list[str]:
    return [hit[0] for pattern in patterns for hit in re.finditer(pattern, text, re.IGNORECASE)]


def _is_day(value: Any) -> bool:
    """An ISO date that is not in the future."""
    return isinstance(value, str) and date.fromisoformat(value) <= TOMORROW


def _button_payload(button: dict[str, str]) -> tuple[str, dict[str, str]]:
    match = re.fullmatch(r"/(\w+)(\{.*\})?", button["payload"])
    assert match, button
    return match[1], json.loads(match[2] or "{}")


each_topic = pytest.mark.parametrize("topic", content.topics(), ids=repr)
each_text = pytest.mark.parametrize(
    ("name", "text"), _every_text(), ids=[n for n, _ in _every_text()]
)


# The catalogue


def test_there_are_topics_of_all_four_areas() -> None:
    assert {topic.area for topic in content.topics()} == AREAS == set(content.catalogue()["faq"])


def test_every_topic_of_the_catalogue_has_an_answer() -> None:
    wanted = {topic for ids in content.catalogue()["faq"].values() for topic in ids}
    assert {topic.id for topic in content.topics()} == wanted


@each_topic
def test_a_topic_stands_in_the_catalogue_under_its_area(topic: Topic) -> None:
    assert topic.id in content.catalogue()["faq"][topic.area]


def test_no_id_of_the_catalogue_stands_twice() -> None:
    ids = [topic for ids in content.catalogue()["faq"].values() for topic in ids]
    assert max(Counter([*ids, *content.catalogue()["dialog"]]).values()) == 1


@pytest.mark.parametrize(
    "path", [*NLU_DATA.rglob("*.yml"), *content.DOMAIN.glob("*.yml")], ids=lambda path: path.name
)
def test_no_key_is_written_twice_in_a_file(path: Any) -> None:
    content.load(path)


# Examples


@each_topic
def test_a_topic_has_enough_examples(topic: Topic) -> None:
    assert len(topic.examples) >= 30


@pytest.mark.parametrize("intent", content.catalogue()["dialog"])
def test_every_dialog_intent_has_enough_examples(intent: str) -> None:
    assert len(content.dialog_examples()[intent]) >= 40


def test_there_are_enough_examples_of_what_is_out_of_scope() -> None:
    assert len(content.dialog_examples()["di_luar_topik"]) >= 400


def test_no_sentence_is_an_example_twice() -> None:
    places: dict[str, list[str]] = {}
    groups = {f"faq/{topic.id}": topic.examples for topic in content.topics()}
    for intent, examples in {**groups, **content.dialog_examples()}.items():
        for example in examples:
            places.setdefault(" ".join(example.casefold().split()), []).append(intent)
    assert {said: intents for said, intents in places.items() if len(intents) > 1} == {}


def test_no_example_holds_a_telephone_number_or_an_address() -> None:
    groups = [topic.examples for topic in content.topics()] + [*content.dialog_examples().values()]
    for example in (example for examples in groups for example in examples):
        assert not re.search(r"(?:\+62|\b0)[\d\s.-]{8,}|@\w+\.|https?://", example), example


# Answers


@each_text
def test_every_name_in_braces_is_a_fact(name: str, text: str) -> None:
    variables = VARIABLES.get(name.removesuffix(" (sms)"), {})
    assert not set(PLACEHOLDER.findall(text)) - facts.placeholders().keys() - variables.keys()
    assert "{" not in _as_read(name, text)


def test_no_variable_of_an_action_has_the_name_of_a_fact() -> None:
    """It would be said instead of the fact (bot/knowledge/generator.py)."""
    assert not {name for row in VARIABLES.values() for name in row} & facts.placeholders().keys()


@each_text
def test_a_text_is_short_enough_to_be_read(name: str, text: str) -> None:
    limit = MAX_SMS if name.endswith("(sms)") else MAX_ANSWER
    assert 0 < len(_as_read(name, text)) <= limit


@each_text
def test_a_text_fits_into_the_letters_of_a_simple_phone(name: str, text: str) -> None:
    """What has no variant for SMS is sent by SMS as it is."""
    assert not set(_as_read(name, text)) - GSM_7


@each_topic
def test_a_topic_has_an_answer_by_sms(topic: Topic) -> None:
    assert topic.sms.strip()


@each_text
def test_a_text_is_plain(name: str, text: str) -> None:
    read = _as_read(name, text)
    assert not MARKUP.search(read)
    # No emoji and no typographic signs that a simple phone shows as boxes.
    assert not {sign for sign in read if unicodedata.category(sign) in ("So", "Cf", "Co", "Pd")} - {
        "-"
    }


@each_text
def test_a_number_comes_from_a_fact(name: str, text: str) -> None:
    assert _unwritten_numbers(text) == []


@each_text
def test_a_number_in_words_comes_from_a_fact(name: str, text: str) -> None:
    assert _numbers_in_words(text) == []


@each_text
def test_nothing_is_promised_that_cannot_be_kept(name: str, text: str) -> None:
    assert _found(FORBIDDEN, _as_read(name, text)) == []


@each_text
def test_the_old_law_is_named_only_where_the_change_is_explained(name: str, text: str) -> None:
    topic = name.removeprefix("faq/").removesuffix(" (sms)")
    old_names = {n for _, n, entry in content.fact_entries() if entry.get("superseded")}
    used = {n for n in PLACEHOLDER.findall(text) if n in old_names or n.startswith("lama_")}
    if topic not in ABOUT_THE_CHANGE:
        assert not used
        assert _found(OLD_FIGURES, _as_read(name, text)) == []
    elif used:
        # The old figure never stands alone.
        assert re.search(r"\bdulu\b", text, re.IGNORECASE)
        assert {n.removeprefix("lama_") for n in used} <= set(PLACEHOLDER.findall(text))


@each_text
def test_a_text_is_easy_to_read(name: str, text: str) -> None:
    if not name.endswith("(sms)"):
        assert reading_ease(_as_read(name, text)) >= EASY_ENOUGH
        assert longest_sentence(_as_read(name, text)) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    "official",
    [
        "Dalam rangka optimalisasi koordinasi pencegahan tindak pidana perdagangan orang "
        "sebagaimana dimaksud dalam ketentuan peraturan perundang-undangan, masyarakat diimbau "
        "meningkatkan kewaspadaan serta menyampaikan pengaduan kepada instansi yang berwenang "
        "melalui mekanisme yang telah ditetapkan.",
        "Penempatan dilaksanakan oleh badan usaha berizin. Calon pekerja wajib melengkapi "
        "persyaratan administrasi. Pelanggaran ketentuan tersebut dikenakan sanksi pidana.",
    ],
    ids=["long sentences", "long words in short sentences"],
)
def test_official_prose_does_not_pass_the_measure(official: str) -> None:
    assert reading_ease(official) < EASY_ENOUGH - 20


@each_topic
def test_an_answer_ends_with_what_it_rests_on(topic: Topic) -> None:
    *answer, basis = topic.text.strip().split("\n\n")
    assert answer
    assert basis.startswith("Dasarnya: ")
    assert "\n" not in basis


@each_topic
def test_what_an_answer_rests_on_is_among_its_sources(topic: Topic) -> None:
    basis = topic.text.strip().rpartition("\n\n")[2]
    assert _cited(filled(basis)) - _cited("; ".join(topic.metadata["sources"])) == set()


# What is known about a topic


@each_topic
def test_a_topic_says_where_it_comes_from_and_when_it_was_checked(topic: Topic) -> None:
    sources = topic.metadata["sources"]
    assert sources
    assert all(isinstance(source, str) and source.strip() for source in sources)
    assert _is_day(topic.metadata["reviewed"])


@each_topic
def test_a_title_fits_on_a_button(topic: Topic) -> None:
    assert 0 < len(topic.metadata["title"]) <= MAX_TITLE


def test_no_two_topics_have_the_same_title() -> None:
    titles = Counter(topic.metadata["title"].casefold() for topic in content.topics())
    assert [title for title, count in titles.items() if count > 1] == []


@each_topic
def test_a_topic_leads_on_to_two_or_three_others(topic: Topic) -> None:
    following = topic.metadata["next"]
    written = {other.id for other in content.topics()}
    assert 2 <= len(following) <= 3
    assert len(set(following)) == len(following)
    assert topic.id not in following
    assert set(following) <= content.topic_ids()
    # One that is not written yet has no button.
    assert len(set(following) & written) >= 2


# Menu, rules, buttons


@pytest.mark.parametrize("area", sorted(AREAS))
def test_the_menu_of_an_area_offers_topics_of_that_area(area: str) -> None:
    (menu,) = content.responses()[f"ucapan_menu_{area}"]
    offered = menu["metadata"]["next"]
    assert len(set(offered)) == len(offered) >= 3
    assert set(offered) <= {topic.id for topic in content.topics() if topic.area == area}


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_a_button_leads_somewhere(name: str) -> None:
    domain = content.load(content.DOMAIN / "intents.yml")
    for variant in content.responses()[name]:
        for button in variant.get("buttons", []):
            intent, entities = _button_payload(button)
            assert intent in domain["intents"]
            # `topik` chooses a topic and never reaches Rasa as an entity.
            assert set(entities) <= {"topik", *domain["entities"]}
            if "topik" in entities:
                assert entities["topik"] in {topic.id for topic in content.topics()}
            if "bidang" in entities:
                assert entities["bidang"] in AREAS


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_a_follow_up_of_a_response_is_written(name: str) -> None:
    for variant in content.responses()[name]:
        offered = variant.get("metadata", {}).get("next", [])
        assert set(offered) <= {topic.id for topic in content.topics()}


@pytest.mark.parametrize("name", sorted(content.responses()))
def test_the_words_on_a_button_fit(name: str) -> None:
    for variant in content.responses()[name]:
        titles = [button["title"] for button in variant.get("buttons", [])]
        assert [title for title in titles if len(title) > MAX_TITLE] == []
        assert len(set(titles)) == len(titles)


def _rule_steps() -> list[dict[str, Any]]:
    files = [*NLU_DATA.glob("rules/*.yml"), *NLU_DATA.glob("stories/*.yml")]
    return [
        step
        for path in files
        for kind in ("rules", "stories")
        for rule in content.load(path).get(kind, [])
        for step in rule["steps"]
    ]


def test_what_a_rule_says_is_written() -> None:
    said = {step["action"] for step in _rule_steps() if step.get("action", "").startswith("utter_")}
    # The answers of the topics are chosen by the topic.
    assert said - content.responses().keys() == {"utter_faq"}


def test_what_the_code_says_is_written() -> None:
    said = set()
    for path in [*PROJECT_ROOT.glob("actions/**/*.py"), *PROJECT_ROOT.glob("bot/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said |= set(re.findall(r"^(?:utter|ucapan)_[a-z_]*[a-z]$", node.value))
    assert len(said) > 5
    # `utter_action` is a key of Rasa's, not a response.
    assert said - content.responses().keys() == {"utter_action"}


def test_everything_that_is_understood_has_a_rule() -> None:
    ruled = {step["intent"] for step in _rule_steps() if "intent" in step}
    assert ruled == {*content.catalogue()["dialog"], "faq", "nlu_fallback"}


def test_the_domain_names_the_intents_of_the_catalogue() -> None:
    domain = content.load(content.DOMAIN / "intents.yml")
    assert set(domain["intents"]) == {*content.catalogue()["dialog"], "faq"}
    assert set(content.dialog_examples()) == set(content.catalogue()["dialog"])


# Facts


@pytest.mark.parametrize(
    ("kind", "name", "entry"),
    content.fact_entries(),
    ids=[name for _, name, _ in content.fact_entries()],
)
def test_a_fact_says_where_it_comes_from_and_when(
    kind: str, name: str, entry: dict[str, Any]
) -> None:
    wanted = {
        "contacts": ("name", "show", "scope", "source", "verified_on"),
        "facts": ("say", "source", "as_of"),
    }[kind]
    for key in wanted:
        # A telephone number without quotation marks would lose its leading zero.
        assert isinstance(entry[key], str), f"{name} has no {key}"
        assert entry[key].strip()
    assert _is_day(entry[wanted[-1]])
    assert name.startswith("lama_") == bool(entry.get("superseded"))


@pytest.mark.parametrize(
    ("name", "entry"),
    [(name, entry) for kind, name, entry in content.fact_entries() if kind == "contacts"],
)
def test_a_contact_is_a_number_to_dial_or_a_page_to_open(name: str, entry: dict[str, Any]) -> None:
    assert re.fullmatch(r"\+?\d[\d -]*\d|[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}", entry["show"])


# The rules about numbers and claims, seen at work.


@pytest.mark.parametrize(
    "text",
    [
        "Telepon 110 sekarang.",
        "Telepon 0812-0000-0001.",
        "Dipenjara 15 tahun.",
        "Dendanya Rp5 miliar.",
        "Dalam 3 hari.",
        "UU 18/2017 Pasal 6, 7 hari kerja.",
        "SAPA 130.",
        "Buka 12 jam.",
        "Sejak 1999.",
    ],
)
def test_a_number_that_should_be_a_fact_is_seen(text: str) -> None:
    assert _unwritten_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "1. Simpan bukti.\n2. Telepon {kontak_polisi}.",
        "Dasarnya: UU 18/2017 Pasal 6 ayat 1 huruf j, Pasal 79, dan Pasal 80.",
        "Dasarnya: UU 1/2023 (KUHP) Pasal 3, 455, 618, 622 dan UU 1/2026.",
        "Gratis, 24 jam. SAPA 129. KP2MI dan P3MI.",
        "Awal 2026 diberitakan. Menurut KP2MI (April 2025).",
    ],
)
def test_a_number_that_belongs_to_a_name_is_let_through(text: str) -> None:
    assert _unwritten_numbers(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Penjara tiga bulan.",
        "Dendanya lima juta.",
        "Dendanya dua ratus lima puluh juta rupiah.",
        "Umurnya minimal delapan belas tahun.",
        "Bagiannya dua puluh persen.",
        "Paling lama setahun.",
        "Dua atau tiga hari kerja.",
        "Tiga kali dua puluh empat jam.",
        "Dendanya dua kali lipat.",
        "Hukumannya ditambah sepertiga.",
        "Potongan gaji separuh.",
        "Biayanya belasan juta.",
        "Ia baru berumur enam belas.",
        "Lama kontrak: Enam bulan: {iuran_12_bulan}",
        "Gaji sebulan.",
    ],
)
def test_a_number_in_words_that_should_be_a_fact_is_seen(text: str) -> None:
    assert _numbers_in_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ada lima syarat dan delapan dokumen.",
        "Nomormu disimpan satu kali.",
        "Gajinya besar sekali, dan tulis sekali lagi.",
        "Pilih satu. Yang kedua juga boleh.",
        "Bahasa sehari-hari.",
        "Dua ratus orang ditolong.",
        "Paling lama {umur_minimum}.",
        "- Enam bulan: {iuran_6_bulan}",
        "Buka 24 jam setiap hari.",
    ],
)
def test_a_count_of_things_is_let_through(text: str) -> None:
    assert _numbers_in_words(text) == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("UU 18/2017 Pasal 6 ayat 1 huruf j.", {("UU 18/2017", 6)}),
        (
            "UU 18/2017 Pasal 13, 30 ayat 1, 49 dan 69",
            {("UU 18/2017", n) for n in (13, 30, 49, 69)},
        ),
        ("UU 21/2007 Pasal 1 angka 7 dan 8", {("UU 21/2007", 1)}),
        ("UU 27/2022 Pasal 5 sampai 7, 9", {("UU 27/2022", n) for n in (5, 6, 7, 9)}),
        (
            "UU 21/2007 Pasal 1, KUHP Pasal 455 dan 457",
            {("UU 21/2007", 1), ("KUHP", 455), ("KUHP", 457)},
        ),
        ("UU 1/2023 (KUHP) Pasal 3, 455", {("KUHP", 3), ("KUHP", 455)}),
        ("UU 18/2017 Pasal 5 huruf c, Pasal 13", {("UU 18/2017", 5), ("UU 18/2017", 13)}),
        ("KUHP Pasal 455 sebagaimana diubah UU 1/2026", {("KUHP", 455), ("UU 1/2026", None)}),
        ("Keputusan Menteri Ketenagakerjaan 260/2015", {("Kepmenaker 260/2015", None)}),
        ("keterangan Polda, Januari 2026", set()),
    ],
)
def test_the_articles_of_a_law_are_read(text: str, cited: set[tuple[str, int | None]]) -> None:
    assert _cited(text) == cited | {(law, None) for law, _ in cited}


@pytest.mark.parametrize(
    "text", ["Lowongan itu pasti aman.", "Kamu dijamin pulang.", "Kami akan menyelamatkan kamu."]
)
def test_a_promise_is_seen(text: str) -> None:
    assert _found(FORBIDDEN, text)


@pytest.mark.parametrize("text", ["Penjara minimal 3 tahun.", "Denda Rp120 juta.", "Rp15 miliar."])
def test_an_old_figure_is_seen(text: str) -> None:
    assert _found(OLD_FIGURES, text)


def test_a_key_written_twice_is_seen() -> None:
    with pytest.raises(yaml.constructor.ConstructorError, match="repeats denda"):
        yaml.load("denda: 1\ndenda: 2\n", Loader=content.OneOfEach)
