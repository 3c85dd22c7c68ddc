"""Whole conversations: does the reply to the last message serve, after what was said before?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bench.understanding.sets import Conversation
from bot.conversation.messages import Content, Reply
from bot.engine.assistant import Assistant
from bot.knowledge.buttons import FAQ_RESPONSE, Responses, own_texts
from bot.knowledge.facts import fill, placeholders
from bot.nlu.labels import OUT_OF_SCOPE

# Where nothing else is told: asking back, owning up.
NOT_KNOWN = ("ucapan_mungkin_maksud", "ucapan_rincian_tidak_ada", "utter_di_luar_topik")
# Lines around an answer that tell what another topic tells.
STANDS_FOR = {
    "ucapan_keadaan_belum_18": "usia_minimum",
    "ucapan_perwakilan": "kbri",
    "ucapan_perwakilan_tidak_ada": "kbri",
}

_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_GAP = re.compile(r"\{\w+\}")
_LIST_MARK = re.compile(r"^(?:-|\d+\.) ")


def served(assistant: Assistant, items: Sequence[Conversation]) -> list[bool]:
    """Whether each conversation ends in a reply that serves."""
    teller = Teller(assistant.responses)
    return [teller.serves(item, last_reply(assistant, item.turns)) for item in items]


def last_reply(assistant: Assistant, turns: Sequence[str]) -> list[Reply]:
    """What is said to the last of the messages."""
    state, replies = None, []
    for text in turns:
        answer = assistant.answer("bench", "web", state, [Content(text=text)])
        state, replies = answer.state, list(answer.replies)
    return replies


class Teller:
    """Tells which topics and dialog intents a reply is about, by its sentences.

    A sentence that stands in the texts of several is no sign of any.
    """

    def __init__(self, responses: Responses) -> None:
        self._about: dict[str, set[str]] = {}
        self._open: list[tuple[re.Pattern[str], str]] = []
        for name, variants in {**responses, **own_texts()["ucapan"]}.items():
            for variant in variants:
                for sentence in _sentences(fill(variant.get("text", ""), placeholders())):
                    if name in STANDS_FOR:
                        self._open.append((_with_gaps(sentence), _label(name)))
                    self._about.setdefault(sentence, set()).add(_label(name))

    def labels(self, replies: Sequence[Reply]) -> set[str]:
        found: set[str] = set()
        for reply in replies:
            for sentence in _sentences(reply.text):
                about = self._about.get(sentence, set())
                found |= about if len(about) == 1 else set()
                found |= {label for sign, label in self._open if sign.fullmatch(sentence)}
        return found

    def serves(self, item: Conversation, replies: Sequence[Reply]) -> bool:
        said = "\n".join(reply.text for reply in replies)
        if item.says and not any(words in said for words in item.says):
            return False
        return not self.labels(replies).isdisjoint(item.right)


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        if plain := _LIST_MARK.sub("", sentence).strip():
            yield plain


def _with_gaps(sentence: str) -> re.Pattern[str]:
    """A sentence in which anything may stand for what is filled in as it is said."""
    return re.compile(".+".join(map(re.escape, _GAP.split(sentence))))


def _label(response: str) -> str:
    """The topic or the dialog intent that a response belongs to."""
    if response.startswith(FAQ_RESPONSE):
        return response.removeprefix(FAQ_RESPONSE)
    if response in NOT_KNOWN:
        return OUT_OF_SCOPE
    if response in STANDS_FOR:
        return STANDS_FOR[response]
    name = response.removeprefix("utter_").removeprefix("ucapan_")
    for intent in ("darurat", "menu", "kuis", "terima_kasih"):
        if name.startswith(intent):
            return intent
    return name
