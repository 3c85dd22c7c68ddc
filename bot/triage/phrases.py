"""Signs in the words themselves, read from `nlu_data/triage/phrases.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import PROJECT_ROOT

PHRASES_FILE = PROJECT_ROOT / "nlu_data" / "triage" / "phrases.yml"

# Far enough back for the two words before a sign.
NEARBY = 60
# "baik2" is "baik baik".
_DOUBLED = re.compile(r"\b([a-z]+)2\b")
# The groups whose signs make a text grave, the gravest first.
_GRAVE = ("nyawa", "darurat", "tinggi")
_SENTENCE_END = re.compile(r"[.!?;\n]+")


class Told:
    """A text in plain small letters for all who look for a sign in it.

    Attributes:
        text: As it was sent.
        whole: On one line, without hyphens.
        sentences: Those of the text.
    """

    __slots__ = ("sentences", "text", "whole")

    def __init__(self, text: str) -> None:
        self.text = text
        spelt = _spelt_out(text)
        self.whole = " ".join(spelt.replace("-", " ").split())
        parts = _SENTENCE_END.split(spelt)
        self.sentences = [" ".join(words) for part in parts if (words := part.split())]

    @classmethod
    def of(cls, text: str | Told) -> Told:
        """The sentences of a text that may have been read before."""
        return text if isinstance(text, Told) else cls(text)


class Danger(str, Enum):
    """When life or freedom is in danger, as the words alone say it."""

    NOW = "now"
    OVER = "over"


def danger_in(text: str | Told) -> Danger | None:
    """The danger that a text speaks of, if any; NOW when some of it may still go on."""
    told = Told.of(text)
    speaks = says(_patterns()["darurat"], told)
    if speaks and says(_patterns()["darurat"], _without_the_past(told)):
        return Danger.NOW
    if speaks_of_suicide(told):
        return Danger.NOW
    return Danger.OVER if speaks else None


def sounds_urgent(text: str | Told) -> bool:
    """True when the words alone say that life or freedom is in danger."""
    return danger_in(text) is Danger.NOW


def speaks_of_suicide(text: str | Told) -> bool:
    """True when somebody seems to think of taking his or her own life."""
    return says(_patterns()["nyawa"], text)


def sounds_serious(text: str | Told) -> bool:
    """True when the words say that exploitation is going on."""
    return says(_patterns()["tinggi"], text)


def signs_in(text: str) -> list[str]:
    """The very words that speak of a danger or of exploitation, and that it goes on."""
    told = Told(text)
    found = [
        sign
        for group in _GRAVE
        for sentence in told.sentences
        for sign in _signs_held(_patterns()[group], sentence)
    ]
    if found:
        goes_on = (_patterns()["kini"].search(sentence) for sentence in told.sentences)
        found += [match[0] for match in goes_on if match]
    # "tidak boleh keluar" says "keluar", too.
    return [one for one in dict.fromkeys(found) if not any(one in o and one != o for o in found)]


def speaks_of_another(text: str | Told) -> bool:
    """True when somebody says that another person is the one in danger."""
    return _names("orang_lain", text)


def tells_of_another(text: str | Told) -> bool:
    """True when a cry for help is told by somebody who saw or heard of it."""
    return _names("saksi", text) and not speaks_of_own(text)


def speaks_of_own(text: str | Told) -> bool:
    """True when the one in danger is the person who writes, or of the family."""
    return _names("sendiri", text)


def speaks_of_safety(text: str | Told) -> bool:
    """True when somebody says that there is no danger."""
    return _names("aman", text)


def supposes(told: Told) -> bool:
    """True when a sentence supposes something: "kalau paspor ditahan"."""
    return _stands("andai", told)


def tells_of_the_past(told: Told) -> bool:
    """True when a sentence is about what was: "dulu", "waktu itu"."""
    return _stands("lampau", told)


def tells_of_now(told: Told) -> bool:
    """True when a sentence says that something goes on: "sekarang", "masih"."""
    return _stands("kini", told)


def tells_a_story(told: Told) -> bool:
    """True when a sentence is about a film, the news, or something read."""
    return _stands("cerita", told)


def _stands(group: str, told: Told) -> bool:
    return any(_patterns()[group].search(sentence) for sentence in told.sentences)


def _names(group: str, text: str | Told) -> bool:
    return _patterns()[group].search(Told.of(text).whole) is not None


def _without_the_past(told: Told) -> str:
    """Each sentence up to what is told of the past: "saya dulu disiksa di kapal".

    Whole where something goes on: "dulu dijanjikan kerja, sekarang dikurung".
    """
    sentences = []
    for sentence in told.sentences:
        past = _patterns()["lampau"].search(sentence)
        goes_on = _patterns()["kini"].search(sentence)
        sentences.append(sentence[: past.start()] if past and not goes_on else sentence)
    return ". ".join(sentences)


def _spelt_out(text: str) -> str:
    plain = text.lower()
    return _DOUBLED.sub(r"\1 \1", plain) if "2" in plain else plain


def says(signs: re.Pattern[str], text: str | Told) -> bool:
    """Whether a text says one of `signs` (see `pattern`) as a fact.

    Not when it is denied, supposed, or told of a film or of others.
    """
    return any(
        _holds_sign(signs, sentence)
        for sentence in Told.of(text).sentences
        if signs.search(sentence)
    )


def pattern(
    phrases: Iterable[str],
    *,
    denied_between: bool = True,
    words: Mapping[str, list[str]] | None = None,
) -> re.Pattern[str]:
    """One pattern for phrases in the notation of the file, which says what it is.

    With `denied_between` off no "tidak" or "belum" may stand where a phrase leaves room.
    `words` stand for their ways of writing beside those of the file, and before them.
    """
    ways = {**synonyms(), **(words or {})}
    room = r"(?: \w+){0,3}"
    if not denied_between:
        denials = "|".join((*synonyms()["tidak"], *synonyms()["belum"], "bukan", "bkn"))
        room = rf"(?: (?!(?:{denials})\b)\w+){{0,3}}"
    return re.compile("|".join(_to_regex(phrase, ways, room) for phrase in phrases))


def _holds_sign(signs: re.Pattern[str], sentence: str) -> bool:
    return next(_signs_held(signs, sentence), None) is not None


def _signs_held(signs: re.Pattern[str], sentence: str) -> Iterator[str]:
    """The signs that a sentence says as a fact, as they stand there."""
    patterns = _patterns()
    sentence = patterns["bukan"].sub("-", sentence)
    is_told = patterns["cerita"].search(sentence) is not None
    supposed = patterns["andai"].search(sentence)
    for sign in signs.finditer(sentence):
        if supposed and supposed.end() <= sign.start():
            # Everything after "kalau" is supposed, too.
            return
        before = sentence[max(0, sign.start() - NEARBY) : sign.start()]
        if patterns["ingkar"].search(before):
            continue
        nearby = " ".join(before.split()[-2:]) + " " + sign[0]
        if is_told and not patterns["diri"].search(nearby):
            continue
        yield sign[0]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    groups = {name: said for name, said in _file().items() if name != "kata"}
    patterns = {name: pattern(phrases) for name, phrases in groups.items()}
    # Takes back what stands right after it.
    patterns["ingkar"] = re.compile(f"(?:{patterns['ingkar'].pattern}) $")
    return patterns


@lru_cache(maxsize=1)
def synonyms() -> dict[str, list[str]]:
    """The ways of writing each word listed under `kata` of the file."""
    return {name: words.split() for name, words in _file()["kata"].items()}


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(PHRASES_FILE.read_text("utf-8"))
    return data


def _to_regex(phrase: str, synonyms: dict[str, list[str]], room: str) -> str:
    regex = r"\b"
    for index, word in enumerate(phrase.split()):
        if word == "_":
            regex += room
            continue
        if index:
            regex += " "
        regex += "(?:" + "|".join(map(_word_regex, synonyms.get(word, [word]))) + ")"
    return regex + r"\b"


def _word_regex(word: str) -> str:
    if word == "0":
        return r"\d+"
    regex = re.escape(word).replace(r"\*", r"\w*")
    # "dikurung" is also written "di kurung", "dkurung" and "d kurung".
    return re.sub(r"^di(?=\w{3})", "di? ?", regex)
