"""What is answered without a rule: no text at all, a number beside the list, a feeling, and the
same topic once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot import lexicon
from bot.conversation import cleaning
from bot.conversation.choices import names_no_choice
from bot.conversation.messages import Choice, Content, Reply, Understanding
from bot.conversation.turn import Answer
from bot.engine import pieces
from bot.engine import tracker as trackers
from bot.engine.additions import Additions
from bot.engine.choice_lists import MAX_CHOICES, with_one_list
from bot.engine.danger import only_feels
from bot.engine.memory import Memory
from bot.engine.open_questions import question_without_answer
from bot.engine.whole_answer import whole_answer
from bot.knowledge.buttons import FAQ_RESPONSE, button_for, topic_button, topics_after
from bot.knowledge.details import asks_for_detail, detail
from bot.knowledge.passages import Passages
from bot.nlu.features import raw_words
from bot.nlu.following import asks
from bot.nlu.labels import DANGER_SLOT, FAQ, OUT_OF_SCOPE, READ_SLOT, TOPIC_SLOT
from bot.triage import levels

_NOTE_RESPONSES = {
    cleaning.NOTE_EMPTY: "ucapan_pesan_kosong",
    cleaning.NOTE_NO_WORDS: "ucapan_pesan_tanpa_kata",
}
_ATTACHMENT_RESPONSES = {
    "sticker": "ucapan_stiker",
    "voice": "ucapan_suara",
    "contact": "ucapan_kartu_kontak",
}

UNKNOWN = "utter_di_luar_topik"
# The first time, and after that.
_LISTENING = ("ucapan_cerita", "ucapan_cerita_lagi")
# A topic among so many last ones is not sent in full again by itself.
READ_LATELY = 4
# A word of parting that may not sound cold after a cry for help.
PARTING = ("terima_kasih", "sampai_jumpa")
# A guess below this is no help.
LEAST_LIKELY = 0.02
# What is no question of its own: "gak ngerti", "intinya apa".
_NO_QUESTION = ("ulangi", "tidak_puas", "di_luar_topik")


class Asides:
    """Answers by itself what needs no rule; None for all else.

    Args:
        processor: Rasa's, for its domain and its texts.
        say: Gives the replies of a response on a channel, with more choices and values.
        additions: What stands around an answer.
    """

    def __init__(
        self, processor: Any, say: Callable[..., Sequence[Reply]], additions: Additions
    ) -> None:
        self._processor = processor
        self._say = say
        self._additions = additions
        topics = [
            name.removeprefix(FAQ_RESPONSE)
            for name in processor.domain.responses
            if name.startswith(FAQ_RESPONSE)
        ]
        self._passages = Passages(whole_answer(processor, topic) for topic in topics)

    def before_reading(
        self,
        tracker: Any,
        state: bytes | None,
        lines: Sequence[Content],
        text: str,
        channel: str,
    ) -> Answer | None:
        """The answer to what nobody needs to understand."""
        if response := _to_no_text(lines, text):
            return Answer(self._say(response, channel), state)
        choices = trackers.offered_last(tracker)
        # In a quiz, and after a cry for help, such a number gets an answer of its own.
        is_free = not trackers.quiz_waits(tracker) and not tracker.get_slot(DANGER_SLOT)
        if is_free and choices and names_no_choice(text, choices):
            replies = self._say("ucapan_pilihan_tidak_ada", channel, *choices, jumlah=len(choices))
            return Answer(replies, trackers.remember(tracker, replies))
        return None

    def after_reading(
        self, tracker: Any, understanding: Understanding, text: str, channel: str
    ) -> Answer | None:
        """The answer to a feeling, to thanks after a danger, to the last topic once more."""
        if understanding.intent in PARTING and Memory.of(tracker).was_in_danger:
            replies = self._say("ucapan_terima_kasih_bahaya", channel)
            return self._answer(tracker, understanding, replies, channel)
        if _is_good_news(text, understanding):
            replies = self._say("ucapan_kabar_baik", channel)
            return self._answer(tracker, understanding, replies, channel)
        if tracker.get_slot(DANGER_SLOT):
            return None
        if understanding.parsed.get(pieces.LISTENS):
            return self._listens(tracker, understanding, channel)
        if only_feels(text, understanding):
            return self._answer(
                tracker, understanding, self._say("ucapan_perasaan", channel), channel
            )
        if understanding.parsed.get("corrects"):
            others = self._other_guesses(understanding, without=tracker.get_slot(TOPIC_SLOT))
            choices = others[:2]
            replies = self._say("ucapan_salah_tangkap", channel, *choices)
            return self._answer(tracker, understanding, replies, channel, is_open=True)
        if understanding.intent == OUT_OF_SCOPE and self._was_said(tracker, UNKNOWN, channel):
            replies = self._say("ucapan_belum_tahu_lagi", channel)
            return self._answer(tracker, understanding, replies, channel, is_open=True)
        last = tracker.get_slot(TOPIC_SLOT)
        if not last or not understanding.was_read:
            return None
        read = (tracker.get_slot(READ_SLOT) or [])[-READ_LATELY:]
        # Not what an errand was about without an answer.
        is_same = understanding.topic in read and (understanding.sure or understanding.leans_back)
        if _wants_it_short(text, understanding) or (is_same and _makes_sure(text)):
            return self._in_short(tracker, understanding, last, channel)
        return self._again(tracker, understanding, text, channel) if is_same else None

    def _listens(self, tracker: Any, understanding: Understanding, channel: str) -> Answer:
        """To short lines of a story that may become a report."""
        was_said = any(self._was_said(tracker, said, channel) for said in _LISTENING)
        about = self._buttons([understanding.label]) if understanding.intent == FAQ else []
        replies = self._say(_LISTENING[was_said], channel, *about)
        return self._answer(tracker, understanding, replies, channel)

    def _was_said(self, tracker: Any, response: str, channel: str) -> bool:
        return _was_just_said(self._say(response, channel), tracker)

    def _in_short(
        self, tracker: Any, understanding: Understanding, topic: str, channel: str
    ) -> Answer:
        """The short form of the last answer, which is the one for SMS."""
        short = self._processor.nlg.generate_from_slots(f"utter_{FAQ}/{topic}", {}, "sms")
        choices = self._choices_after(topic)
        if topic != tracker.get_slot(TOPIC_SLOT):
            # Read a while ago: the whole of it is one press away.
            choices = [*self._buttons([f"{FAQ}/{topic}"]), *choices][:MAX_CHOICES]
        replies = self._say("ucapan_singkatnya", channel, *choices, rincian=short["text"])
        replies = self._with_help_abroad(replies, tracker, topic, channel)
        return self._answer(tracker, understanding, replies, channel)

    def _core(self, tracker: Any, understanding: Understanding, topic: str, channel: str) -> Answer:
        """The first lines of the last answer, which answer its question by themselves."""
        core = whole_answer(self._processor, topic).split("\n\n")[0]
        choices = self._choices_after(topic)
        replies = self._say("ucapan_intinya", channel, *choices, rincian=core)
        return self._answer(tracker, understanding, replies, channel)

    def _again(self, tracker: Any, understanding: Understanding, text: str, channel: str) -> Answer:
        """What the last answer holds of what is asked now; its gist; or that it is not known."""
        topic = str(understanding.topic)
        choices = self._choices_after(topic)
        whole = whole_answer(self._processor, topic)
        if found := detail(whole, text) or self._passages.find(whole, text):
            replies = self._say("ucapan_rincian", channel, *choices, rincian=found)
            replies = self._with_help_abroad(replies, tracker, topic, channel)
            return self._answer(tracker, understanding, replies, channel)
        if not asks_for_detail(text) and understanding.parsed["fits_before"]:
            for gist in (self._in_short, self._core):
                answer = gist(tracker, understanding, topic, channel)
                if not _was_just_said(answer.replies, tracker):
                    return answer
        choices = [*self._other_guesses(understanding), *choices][:MAX_CHOICES]
        replies = self._say("ucapan_rincian_tidak_ada", channel, *choices)
        return self._answer(tracker, understanding, replies, channel, is_open=True)

    def _with_help_abroad(
        self, replies: Sequence[Reply], tracker: Any, topic: str, channel: str
    ) -> Sequence[Reply]:
        return self._additions.with_help_abroad(replies, topic, Memory.of(tracker), channel)

    def _other_guesses(
        self, understanding: Understanding, *, without: str | None = None
    ) -> list[Choice]:
        """What else it may have meant: the answer may stand under another topic."""
        others = [
            guess["name"]
            for guess in understanding.parsed["intent_ranking"][:MAX_CHOICES]
            if guess["confidence"] >= LEAST_LIKELY
            and guess["name"] not in (understanding.label, f"{FAQ}/{without}")
        ]
        return self._buttons(others)

    def _buttons(self, labels: Sequence[str]) -> list[Choice]:
        buttons = [button_for(label, self._processor.domain.responses) for label in labels]
        return [Choice(button["title"], button["payload"]) for button in buttons if button]

    def _choices_after(self, topic: str) -> list[Choice]:
        """What comes next, and a human."""
        responses = self._processor.domain.responses
        buttons = [
            topic_button(t, responses) for t in topics_after(responses[f"utter_{FAQ}/{topic}"])
        ]
        offered = [*buttons, button_for("minta_petugas", responses)]
        return [Choice(button["title"], button["payload"]) for button in offered if button]

    def _answer(
        self,
        tracker: Any,
        understanding: Understanding,
        replies: Sequence[Reply],
        channel: str,
        *,
        is_open: bool = False,
    ) -> Answer:
        if understanding.level == levels.SERIOUS:
            replies = [*self._say("ucapan_terdengar_berat", channel), *replies]
        if trackers.quiz_waits(tracker):
            replies = with_one_list([*replies, *self._say("ucapan_kuis_lanjut", channel)])
        return Answer(
            replies,
            state=trackers.remember(tracker, replies),
            level=understanding.level,
            unanswered=question_without_answer(understanding) if is_open else None,
        )


def _to_no_text(lines: Sequence[Content], text: str) -> str | None:
    """The response to what is no text at all, when there is nothing else to answer."""
    first = lines[0]
    if first.edits is not None and levels.of_words(text) == levels.ORDINARY:
        return "ucapan_pesan_diubah"
    if first.payload is not None:
        return None
    if first.attachments and not text:
        return _ATTACHMENT_RESPONSES.get(first.attachments[0].kind, "ucapan_berkas")
    if first.location is not None and not text:
        return "ucapan_lokasi"
    if all(line.notes and line.notes[-1] in _NOTE_RESPONSES for line in lines):
        return _NOTE_RESPONSES[lines[-1].notes[-1]]
    return None


def _is_good_news(text: str, understanding: Understanding) -> bool:
    """ "alhamdulillah adik sudah ketemu": and no question, no cry."""
    words = raw_words(text)
    return (
        not lexicon.words("kabar_baik").isdisjoint(words)
        and understanding.level == levels.ORDINARY
        and (not understanding.sure or understanding.intent == OUT_OF_SCOPE)
        and not asks(words)
        and len(words) > 1
    )


def _was_just_said(replies: Sequence[Reply], tracker: Any) -> bool:
    said = {event.text for event in trackers.said_last(tracker)}
    return any(reply.text in said for reply in replies)


def _wants_it_short(text: str, understanding: Understanding) -> bool:
    """ "gak ngerti kak", "jelasin yang gampang": and no question of its own."""
    is_question = understanding.sure and understanding.intent not in _NO_QUESTION
    asks = not lexicon.words("minta_singkat").isdisjoint(raw_words(text))
    return asks and (not is_question or understanding.leans_back)


def _makes_sure(text: str) -> bool:
    """ "jadi jangan bayar ya?": wants to hear the gist once more."""
    words = raw_words(text)
    return bool(words) and words[0] in lexicon.words("memastikan")
