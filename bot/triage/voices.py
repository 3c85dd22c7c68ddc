"""Whose danger a cry for help is about: of the one who writes, or of somebody else.

Who is in it hears "matikan suara HP", who saw it "sebutkan rumahnya": one said to the other is of
no use, or does harm. The words stand in `nlu_data/setelah_bahaya.yml` under `suara`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from bot import lexicon
from bot.nlu.following import without_address
from bot.settings import PROJECT_ROOT
from bot.triage import phrases
from bot.triage.phrases import Told

FILE = PROJECT_ROOT / "nlu_data" / "setelah_bahaya.yml"

LONGEST_FEELING = 3
_WORD = re.compile(r"[^\W_]+")
_CLAUSE_END = re.compile(r"[,:]|\b(?:tapi|tp|trus|terus|soalnya|karena|krn)\b")
# "mukulku": what is done to the one who writes.
_TO_ME = re.compile(r"\w{4,}(?:ku|aku)")
# "dikurung", "di kurung", "disekap": what is done to somebody.
_DONE = re.compile(r"\bd(?:i ?)?(?!ia\b|i\b|ari\b|an\b|engan\b)[a-z]{4,}")


class _Mention(NamedTuple):
    """Somebody who is named in a text."""

    place: int
    is_self: bool
    # "dia" says little: it may be the one who does it.
    is_weak: bool = False


def is_of_another(
    text: str, sign: re.Pattern[str] | None = None, *, close: bool = False
) -> bool | None:
    """Whether a cry for help is about somebody else; None when its words do not tell.

    Args:
        text: The cry.
        sign: What the kind of danger is told by. Whoever stands before it is in danger, or
            after it, where it says what is done to somebody.
        close: Somebody else must be named right before the sign: "kasihan anak saya, mending
            mati aja" is said of oneself.
    """
    told = Told(text)
    if says_so(told):
        return True
    if sign is not None:
        for sentence in told.sentences:
            if match := sign.search(sentence):
                found = _of_sign(sentence, match, close=close)
                return found if found is not None or close else _of_all(told.sentences)
    return _of_all(told.sentences)


def says_so(text: str | Told) -> bool:
    """Whether it is said in so many words: "bukan saya, saya kakaknya"; not "bukan saya aja"."""
    whole = Told.of(text).whole
    return _patterns()["saksi"].search(whole) is not None and not is_not_alone(text)


def is_not_alone(text: str | Told) -> bool:
    """ "bukan aku aja, ada 4 org": others are in it, too."""
    return _patterns()["tidak_sendiri"].search(Told.of(text).whole) is not None


def names_somebody(text: str) -> bool:
    """Whether it names somebody else: "adik saya"; "dia" is not enough."""
    mentions = (one for sentence in Told(text).sentences for one in _mentions(sentence))
    return any(not one.is_self and not one.is_weak for one in mentions)


def _of_sign(sentence: str, match: re.Match[str], *, close: bool) -> bool | None:
    """Whom a sign of danger in a sentence is about."""
    mentions = list(_mentions(sentence))
    if _patterns()["menyerang"].search(match[0]) and not _DONE.search(match[0]):
        after = [one for one in mentions if one.place >= match.start()]
        return not after[0].is_self if after else None
    clause = max((end.end() for end in _CLAUSE_END.finditer(sentence, 0, match.start())), default=0)
    before = [one for one in mentions if one.place < match.end()]
    near = [one for one in before if one.place >= clause]
    far = [one for one in before if one.place < clause and not one.is_weak]
    if near:
        return not near[-1].is_self
    return not far[-1].is_self if far and not close else None


def _of_all(sentences: Sequence[str]) -> bool | None:
    """Whom a text is about as a whole: the one who writes, if that is said anywhere.

    Not by "takut saya" beside somebody else who is named.
    """
    told = [
        one for sentence in sentences if not _only_feels(sentence) for one in _mentions(sentence)
    ]
    names_another = any(not one.is_self and not one.is_weak for one in told)
    mentions = told if names_another else [one for each in sentences for one in _mentions(each)]
    if any(one.is_self for one in mentions):
        return False
    attacks = any(map(_attacks_nobody_named, sentences))
    return True if any(not one.is_weak for one in mentions) and not attacks else None


def _attacks_nobody_named(sentence: str) -> bool:
    """ "suami mukul", and nobody behind it; not "bawa 3 cewek"."""
    match = _patterns()["menyerang"].search(sentence)
    if match is None or _DONE.search(sentence):
        return False
    return all(one.is_weak or one.place < match.end() for one in _mentions(sentence))


def _only_feels(sentence: str) -> bool:
    """ "takut saya", "aku merinding kak"."""
    words = without_address(_WORD.findall(sentence))
    feels = not lexicon.words("perasaan").isdisjoint(words)
    return feels and len(words) <= LONGEST_FEELING


def _mentions(sentence: str) -> Iterator[_Mention]:
    said = [(word.start(), word[0]) for word in _WORD.finditer(sentence)]
    words = ["", "", "", *(word for _, word in said), "", "", ""]
    with_me = False
    for number, (place, word) in enumerate(said, 3):
        before, after = words[number - 1], words[number + 1]
        if _is("aku", word):
            if _is_in_it(words, number):
                yield _Mention(place, is_self=True)
                # "saya dan teman": both are in it.
                with_me = _is("bersama", after)
            continue
        if _TO_ME.fullmatch(word) and _is("menyerang", word):
            yield _Mention(place, is_self=True)
            continue
        addresses = number == 3 and _is("sapaan", word)
        is_owned = not addresses and (_is("pemilik", after) or word.endswith("ku"))
        is_strong = _is("orang", word) or (_is("dengan_pemilik", word) and is_owned)
        is_weak = _is("dia", word) or (_is("dengan_pemilik", word) and _is("ada", before))
        if is_strong or is_weak:
            yield _Mention(place, is_self=with_me, is_weak=not is_strong)
            with_me = False


def _is_in_it(words: Sequence[str], number: int) -> bool:
    """Whether a "saya" is more than whose something is, or who saw it, or heard of it."""
    before, after = words[number - 1], words[number + 1]
    if _is("mau", after):
        after = words[number + 2]
    heard = _is("kepada", before) and any(
        _is("menyampaikan", word) for word in words[number - 3 : number - 1]
    )
    addresses = not words[number - 2] and _is("sapaan", before)
    is_owner = any(_is(group, before) for group in ("orang", "dengan_pemilik", "benda"))
    is_owner = is_owner and not addresses
    return not (is_owner or heard or _is("pengamat", after))


def _is(group: str, word: str) -> bool:
    return bool(word) and _patterns()[group].fullmatch(word) is not None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))["suara"]
    return {
        name: phrases.pattern(said, words={}) if isinstance(said, list) else _of_words(said)
        for name, said in data.items()
    }


def _of_words(listed: str) -> re.Pattern[str]:
    ways = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in listed.split())
    return re.compile(rf"\b(?:{ways})\b")
