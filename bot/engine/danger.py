"""After a cry for help, and for feelings: what is understood from the words around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import lexicon
from bot.conversation.messages import Understanding
from bot.engine import wishes
from bot.engine.certain import certain
from bot.nlu.features import raw_words
from bot.nlu.following import asks
from bot.nlu.labels import DANGER_SLOT, FAQ, KIND_SLOT
from bot.triage import first_aid, levels
from bot.triage.first_aid import CODE_WORD, SUICIDE, WATCHED
from bot.triage.phrases import sounds_urgent, speaks_of_another, speaks_of_safety

# A conversation counts as one in danger for some turns after a cry for help; what is clear
# even there.
CLEAR_IN_DANGER = 0.8
KNOWN_IN_DANGER = (
    FAQ, levels.URGENT, "batal", "kuis", "lapor", "menu", "minta_petugas", "privasi_hapus",
    "siapa_kamu", "terima_kasih",
)  # fmt: skip

# "takut, mau lapor" is a wish; "sedih banget aku" is no "puas", whatever it was taken for.
CLEAR_BESIDE_A_FEELING = (FAQ, *wishes.errands(), "batal", "berhenti", "tidak_puas")
# More words than this tell more than a feeling.
LONGEST_FEELING = 6


def in_danger(text: str, understanding: Understanding, tracker: Any) -> Understanding | None:
    """What is unclear after a cry for help is about it: not a question, and not sent away.

    None when there was no cry lately, or the message is clear by itself.
    """
    if not tracker.get_slot(DANGER_SLOT):
        return None
    kind = tracker.get_slot(KIND_SLOT)
    if kind and (answer := first_aid.answer_in(kind, text)) and not sounds_urgent(text):
        level = levels.highest(understanding.level, levels.SERIOUS)
        return replace(certain(levels.URGENT, jenis=kind, jawab=answer), level=level)
    if kind in (WATCHED, CODE_WORD) and not (_is_safe(text) or asks(raw_words(text))):
        # Somebody may read along: nothing of what was told is answered in so many words.
        return replace(certain(levels.URGENT, lanjut="ya"), level=understanding.level)
    if _is_clear(text, understanding, tracker):
        return None
    level = levels.highest(understanding.level, levels.SERIOUS)
    if tracker.get_slot(KIND_SLOT) == SUICIDE:
        if someone := _says_who_is_there(text):
            return replace(certain(levels.URGENT, jenis=SUICIDE, jawab=someone), level=level)
        return replace(certain(levels.URGENT, lanjut="ya"), level=level)
    if speaks_of_another(text):
        return replace(certain(levels.URGENT, tentang="orang_lain"), level=level)
    if _is_safe(text):
        return replace(certain(levels.URGENT, tentang="aman"), level=levels.ORDINARY)
    return replace(certain(levels.URGENT, lanjut="ya"), level=level)


def code_word(text: str, tracker: Any) -> Understanding | None:
    """The code word of somebody who is watched (`kata_sandi`), or a question about it."""
    in_danger = bool(tracker.get_slot(DANGER_SLOT))
    if not first_aid.says_code_word(text, in_danger=in_danger):
        return None
    if in_danger and asks(raw_words(text)):
        return replace(certain(levels.URGENT, **{CODE_WORD: "arti"}), level=levels.SERIOUS)
    place = "patokan" if first_aid.has_place(text) else "saja"
    return replace(certain(levels.URGENT, **{CODE_WORD: place}), level=levels.URGENT)


def only_feels(text: str, understanding: Understanding) -> bool:
    """ "takut kak": a feeling and no wish that was clearly understood."""
    words = raw_words(text)
    clear = understanding.sure and understanding.intent in CLEAR_BESIDE_A_FEELING
    return (
        len(words) <= LONGEST_FEELING
        and not sounds_urgent(text)
        and not lexicon.words("perasaan").isdisjoint(words)
        and not (clear and not understanding.leans_back)
    )


def _is_clear(text: str, understanding: Understanding, tracker: Any) -> bool:
    goes_on = understanding.intent in (levels.URGENT, "terima_kasih") or _says_who_is_there(text)
    if goes_on and tracker.get_slot(KIND_SLOT) == SUICIDE and not sounds_urgent(text):
        # "udah gak kuat" goes on from it, "makasih" does not end it.
        return False
    if understanding.intent == levels.URGENT and (speaks_of_another(text) or _is_safe(text)):
        return False
    if _is_safe(text) and not speaks_of_another(text) and len(raw_words(text)) <= LONGEST_FEELING:
        # "saya aman sekarang" resembles questions of victims.
        return False
    if not understanding.sure or understanding.intent not in KNOWN_IN_DANGER:
        return False
    if understanding.intent == FAQ and asks(raw_words(text)) and not sounds_urgent(text):
        return True
    return understanding.confidence >= CLEAR_IN_DANGER and not understanding.leans_back


def _is_safe(text: str) -> bool:
    """The person says that there is no danger, and nothing in the words says otherwise."""
    return speaks_of_safety(text) and not sounds_urgent(text)


def _says_who_is_there(text: str) -> str | None:
    """ "ada adik saya di rumah", "ga ada siapa siapa": whether somebody can be there."""
    words = set(raw_words(text))
    if words.isdisjoint(lexicon.words("ada")) or len(words) > LONGEST_FEELING + 2:
        return None
    if not lexicon.words("bukan").isdisjoint(words):
        return "tidak"
    return None if lexicon.words("orang_dekat").isdisjoint(words) else "ya"
