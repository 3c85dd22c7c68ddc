"""After a cry for help, and for feelings: what is understood from the words around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import lexicon
from bot.conversation.messages import Understanding
from bot.engine import wishes
from bot.engine.certain import certain
from bot.engine.memory import Memory
from bot.nlu.features import raw_words, words
from bot.nlu.following import asks, without_address
from bot.nlu.labels import ABROAD, DANGER_SLOT, FAQ, KIND_SLOT
from bot.tips import feeling
from bot.tips.draft import SLOT, Draft
from bot.triage import after_cry, first_aid, levels, voices
from bot.triage.after_cry import Cry
from bot.triage.first_aid import CODE_WORD, SUICIDE, WATCHED
from bot.triage.phrases import sounds_urgent, speaks_of_another, speaks_of_safety

# A conversation counts as one in danger for some turns after a cry for help; what is clear
# even there.
CLEAR_IN_DANGER = 0.8
KNOWN_IN_DANGER = (
    FAQ, levels.URGENT, "batal", "kuis", "lapor", "menu", "minta_petugas", "privasi_hapus",
    "siapa_kamu", "terima_kasih",
)  # fmt: skip
# What is no fact of a danger, when it is clear.
CLEAR_WISHES = tuple(intent for intent in KNOWN_IN_DANGER if intent not in (FAQ, levels.URGENT))

# What was a cry is said to have been none.
TAKEN_BACK = "ditarik"
# "takut, mau lapor" is a wish; "sedih banget aku" is no "puas", whatever it was taken for.
CLEAR_BESIDE_A_FEELING = (FAQ, *wishes.errands(), "batal", "berhenti", "tidak_puas")
# More words than this tell more than a feeling.
LONGEST_FEELING = 6


def in_danger(
    text: str, understanding: Understanding, tracker: Any, memory: Memory
) -> Understanding | None:
    """What is unclear after a cry for help is about it: not a question, and not sent away.

    None when there was no cry lately, or the message is clear by itself.
    """
    cry = Cry.of(tracker.get_slot(DANGER_SLOT))
    if cry is None:
        return None
    if after_cry.takes_back(text):
        return replace(certain(levels.URGENT, tentang=TAKEN_BACK), level=levels.ORDINARY)
    name = tracker.get_slot(KIND_SLOT)
    level = levels.highest(understanding.level, levels.SERIOUS)
    if name and (answer := first_aid.answer_in(name, text)) and not sounds_urgent(text):
        return replace(certain(levels.URGENT, jenis=name, jawab=answer), level=level)
    if name in (WATCHED, CODE_WORD) and not (_is_safe(text) or asks(raw_words(text))):
        # Somebody may read along: nothing of what was told is answered in so many words.
        return replace(certain(levels.URGENT, lanjut="ya"), level=understanding.level)
    if grave := _grave_in(text, name):
        return replace(certain(levels.URGENT, jenis=grave), level=level)
    if fact := _fact_in(text, understanding, cry, name, memory):
        return replace(certain(levels.URGENT, **fact), level=level)
    if _is_clear(text, understanding, cry, name):
        faint = name and _is_faint(text, understanding)
        return replace(certain(levels.URGENT, lanjut="ya"), level=level) if faint else None
    if first_aid.base(name or "") == SUICIDE:
        if name == SUICIDE and (someone := _says_who_is_there(text)):
            return replace(certain(levels.URGENT, jenis=SUICIDE, jawab=someone), level=level)
        return replace(certain(levels.URGENT, lanjut="ya"), level=level)
    if _says_that_it_is_another(text, cry, name):
        return replace(certain(levels.URGENT, tentang="orang_lain"), level=level)
    if _is_safe(text):
        return replace(certain(levels.URGENT, tentang="aman"), level=levels.ORDINARY)
    return replace(certain(levels.URGENT, lanjut="ya"), level=level)


def _is_faint(text: str, understanding: Understanding) -> bool:
    """ "dia gedor pintu" in the midst of a danger: no other danger is told by "pintu"."""
    named = understanding.parsed.get("entities", ())
    kinds = [one["value"] for one in named if one["entity"] == "jenis"]
    return kinds != [] and kinds[0] in first_aid.FAINT and not sounds_urgent(text)


def _grave_in(text: str, name: str | None) -> str | None:
    """A wound, poison, a rape or a watcher that is told of in the midst of another danger."""
    kind = None if after_cry.asks_us(text) else first_aid.kind_of(text)
    if kind == WATCHED and first_aid.is_for_another(name):
        return None
    return kind if kind in first_aid.GRAVE and kind != first_aid.base(name or "") else None


def _fact_in(
    text: str, understanding: Understanding, cry: Cry, name: str | None, memory: Memory
) -> dict[str, str] | None:
    """What a short fact is in a danger: "umurnya 14" is no question of the catalogue.

    None where it tells of another danger, or is a wish, or comes too late to belong to the cry.
    """
    named = understanding.parsed.get("entities", ())
    kinds = [one["value"] for one in named if one["entity"] == "jenis"]
    is_another_danger = bool(kinds) and kinds[0] not in first_aid.FAINT
    is_wish = understanding.sure and understanding.intent in CLEAR_WISHES
    is_wish = is_wish and understanding.confidence >= CLEAR_IN_DANGER
    if not cry.is_recent or is_another_danger or is_wish or sounds_urgent(text):
        return None
    fact = after_cry.fact_in(text)
    # Where minutes count, what is to be done is said again and nothing else is asked.
    is_pressing = first_aid.base(name or "") in first_aid.URGES
    if fact == after_cry.GOES_THERE and not first_aid.is_for_another(name):
        # "harus masuk kamar tamu"
        return None
    if fact is None or is_pressing or speaks_of_another(text) or _is_safe(text):
        return None
    if fact == "pulsa" and ABROAD in memory.situations:
        fact = "pulsa_luar"
    if fact == "umur" and memory.age and memory.age < after_cry.MAJORITY:
        fact = fact if ABROAD in memory.situations else after_cry.CHILD
    return {"kabar": fact}


def cried_for(text: str) -> list[dict[str, str]]:
    """What a cry for help tells: the kind of danger, and whose it is, where it says so."""
    kind = first_aid.kind_of(text)
    another = first_aid.is_of_another(text, kind)
    whose = {None: None, True: "dia", False: "aku"}[another]
    told = {"jenis": kind, "suara": whose}
    return [{"entity": name, "value": value} for name, value in told.items() if value]


def is_taken_back(understanding: Understanding) -> bool:
    """Whether a cry was taken back by what was understood: what is said then looks harmless."""
    named = understanding.parsed.get("entities", ())
    return {"entity": "tentang", "value": TAKEN_BACK} in named


def code_word(text: str, tracker: Any) -> Understanding | None:
    """The code word of somebody who is watched (`kata_sandi`), or a question about it.

    It counts as well after a cry that was taken back.
    """
    said = raw_words(text)
    is_bare = len(said) <= LONGEST_FEELING and not asks(said)
    in_danger = (
        bool(tracker.get_slot(DANGER_SLOT))
        or (is_bare and Memory.of(tracker).was_in_danger)
        # A report may be about rice.
        or (is_bare and text.lstrip()[:2].isupper() and _is_told_of_danger(tracker))
    )
    if not first_aid.says_code_word(text, in_danger=in_danger):
        return None
    if in_danger and asks(raw_words(text)):
        return replace(certain(levels.URGENT, **{CODE_WORD: "arti"}), level=levels.SERIOUS)
    place = "patokan" if first_aid.has_place(text) else "saja"
    return replace(certain(levels.URGENT, **{CODE_WORD: place}), level=levels.URGENT)


def _is_told_of_danger(tracker: Any) -> bool:
    """Whether a report is told of somebody who is in danger."""
    draft = Draft.from_slot(tracker.get_slot(SLOT))
    return draft is not None and draft.level == levels.URGENT


def only_feels(text: str, understanding: Understanding) -> bool:
    """ "takut kak": a feeling and no wish that was clearly understood."""
    said = raw_words(text)
    clear = understanding.sure and understanding.intent in CLEAR_BESIDE_A_FEELING
    return (
        len(said) <= LONGEST_FEELING
        and not sounds_urgent(text)
        and not lexicon.words("perasaan").isdisjoint(said)
        and (not (clear and not understanding.leans_back) or feeling.only_fears(text))
    )


def _is_clear(text: str, understanding: Understanding, cry: Cry, name: str | None) -> bool:
    goes_on = understanding.intent in (levels.URGENT, "terima_kasih") or _says_who_is_there(text)
    if goes_on and first_aid.base(name or "") == SUICIDE and not sounds_urgent(text):
        # "udah gak kuat" goes on from it, "makasih" does not end it.
        return False
    turns = _says_that_it_is_another(text, cry, name) or _is_safe(text)
    if understanding.intent == levels.URGENT and turns:
        return False
    if _is_safe(text) and not speaks_of_another(text) and len(raw_words(text)) <= LONGEST_FEELING:
        # "saya aman sekarang" resembles questions of victims.
        return False
    if not understanding.sure or understanding.intent not in KNOWN_IN_DANGER:
        return False
    if understanding.intent == FAQ and not _is_question(text):
        # "dia nangis terus" tells something, whatever topic it resembles.
        return False
    denies = not lexicon.words("bukan").isdisjoint(raw_words(text))
    if understanding.intent == "lapor" and denies:
        # "orang tuanya tidak mau lapor"
        return False
    if understanding.intent == FAQ and asks(raw_words(text)) and not sounds_urgent(text):
        return True
    return understanding.confidence >= CLEAR_IN_DANGER and not understanding.leans_back


def _is_question(text: str) -> bool:
    """ "boleh ...", "nomor kbri"; not "dia gak bisa dihubungi"."""
    said = without_address(raw_words(text))
    return after_cry.asks_us(text) or (said[:1] != [] and asks(said[:1]))


def _says_that_it_is_another(text: str, cry: Cry, name: str | None) -> bool:
    """ "bukan saya, adik saya"; not "teman saya juga" of one who is in danger as well."""
    as_well = (cry.own and "juga" in words(text)) or voices.is_not_alone(text)
    return speaks_of_another(text) and not as_well and not first_aid.is_for_another(name)


def _is_safe(text: str) -> bool:
    """The person says that there is no danger, and nothing in the words says otherwise."""
    return speaks_of_safety(text) and not sounds_urgent(text)


def _says_who_is_there(text: str) -> str | None:
    """ "ada adik saya di rumah", "ga ada siapa siapa": whether somebody can be there."""
    said = set(raw_words(text))
    if said.isdisjoint(lexicon.words("ada")) or len(said) > LONGEST_FEELING + 2:
        return None
    if not lexicon.words("bukan").isdisjoint(said):
        return "tidak"
    return None if lexicon.words("orang_dekat").isdisjoint(said) else "ya"
