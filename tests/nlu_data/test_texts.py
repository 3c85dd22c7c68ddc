"""What docs/menulis-topik.md asks of every text, one test a rule."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.knowledge import facts
from tests.nlu_data import content
from tests.nlu_data.claims import (
    FORBIDDEN,
    OLD_FIGURES,
    cited,
    found,
    numbers_in_words,
    unwritten_numbers,
)
from tests.nlu_data.content import PLACEHOLDER, Topic, filled
from tests.nlu_data.readability import longest_sentence, reading_ease
from tests.nlu_data.texts import (
    EASY_ENOUGH,
    GSM_7,
    LONGEST_SENTENCE,
    MAX_ANSWER,
    MAX_SMS,
    VARIABLES,
    as_read,
    every_text,
)

# Where the change of the law itself is explained.
ABOUT_THE_CHANGE = {"kuhp_baru", "hukuman_pelaku", "calo"}

BARE_ANSWER = re.compile(
    r"(?:Ya|Tidak|Bisa|Boleh|Benar|Belum)(?: (?:bisa|boleh|wajar|perlu|tentu|aman|termasuk))*[.,]"
)
MARKUP = re.compile(r"[*_#`]|\[[^\]]*\]\(")


each_topic = pytest.mark.parametrize("topic", content.topics(), ids=repr)
each_text = pytest.mark.parametrize(
    ("name", "text"), every_text(), ids=[n for n, _ in every_text()]
)


@each_text
def test_every_name_in_braces_is_a_fact(name: str, text: str) -> None:
    variables = VARIABLES.get(name.removesuffix(" (sms)"), {})
    assert not set(PLACEHOLDER.findall(text)) - facts.placeholders().keys() - variables.keys()
    assert "{" not in as_read(name, text)


def test_no_variable_of_an_action_has_the_name_of_a_fact() -> None:
    """It would be said instead of the fact (bot/knowledge/generator.py)."""
    assert not {name for row in VARIABLES.values() for name in row} & facts.placeholders().keys()


@each_text
def test_a_text_is_short_enough_to_be_read(name: str, text: str) -> None:
    limit = MAX_SMS if name.endswith("(sms)") else MAX_ANSWER
    assert 0 < len(as_read(name, text)) <= limit


@each_text
def test_a_text_fits_into_the_letters_of_a_simple_phone(name: str, text: str) -> None:
    """What has no variant for SMS is sent by SMS as it is."""
    assert not set(as_read(name, text)) - GSM_7


@each_topic
def test_the_first_sentence_says_what_it_answers(topic: Topic) -> None:
    """ "Tidak boleh." would answer also what was not meant: "boleh kabur gak, paspornya gimana"."""
    for text in (topic.text, topic.sms):
        assert not BARE_ANSWER.match(text), text[:60]


@each_topic
def test_a_topic_has_an_answer_by_sms(topic: Topic) -> None:
    assert topic.sms.strip()


@each_text
def test_a_text_is_plain(name: str, text: str) -> None:
    read = as_read(name, text)
    assert not MARKUP.search(read)
    # No emoji and no typographic signs that a simple phone shows as boxes.
    assert not {sign for sign in read if unicodedata.category(sign) in ("So", "Cf", "Co", "Pd")} - {
        "-"
    }


@each_text
def test_a_number_comes_from_a_fact(name: str, text: str) -> None:
    assert unwritten_numbers(text) == []


@each_text
def test_a_number_in_words_comes_from_a_fact(name: str, text: str) -> None:
    assert numbers_in_words(text) == []


@each_text
def test_nothing_is_promised_that_cannot_be_kept(name: str, text: str) -> None:
    assert found(FORBIDDEN, as_read(name, text)) == []


@each_text
def test_the_old_law_is_named_only_where_the_change_is_explained(name: str, text: str) -> None:
    topic = name.removeprefix("faq/").removesuffix(" (sms)")
    old_names = {n for _, n, entry in content.fact_entries() if entry.get("superseded")}
    used = {n for n in PLACEHOLDER.findall(text) if n in old_names or n.startswith("lama_")}
    if topic not in ABOUT_THE_CHANGE:
        assert not used
        assert found(OLD_FIGURES, as_read(name, text)) == []
    elif used:
        # The old figure never stands alone.
        assert re.search(r"\bdulu\b", text, re.IGNORECASE)
        assert {n.removeprefix("lama_") for n in used} <= set(PLACEHOLDER.findall(text))


@each_text
def test_a_text_is_easy_to_read(name: str, text: str) -> None:
    if not name.endswith("(sms)"):
        assert reading_ease(as_read(name, text)) >= EASY_ENOUGH
        assert longest_sentence(as_read(name, text)) <= LONGEST_SENTENCE


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
    assert cited(filled(basis)) - cited("; ".join(topic.metadata["sources"])) == set()
