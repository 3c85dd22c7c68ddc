"""Signs in the words themselves, read from `nlu_data/triage/phrases.yml`."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from bot.settings import PROJECT_ROOT

PHRASES_FILE = PROJECT_ROOT / "nlu_data" / "triage" / "phrases.yml"

# Far enough back for the two words before a sign.
NEARBY = 60
# "baik2" is "baik baik".
_DOUBLED = re.compile(r"\b([a-z]+)2\b")
_SENTENCE_END = re.compile(r"[.!?;\n]+")


def sounds_urgent(text: str) -> bool:
    """True when the words alone say that life or freedom is in danger."""
    return _says("darurat", text) or speaks_of_suicide(text)


def speaks_of_suicide(text: str) -> bool:
    """True when somebody seems to think of taking his or her own life."""
    return _says("nyawa", text)


def sounds_serious(text: str) -> bool:
    """True when the words say that exploitation is going on."""
    return _says("tinggi", text)


def speaks_of_another(text: str) -> bool:
    """True when somebody says that another person is the one in danger."""
    return _names("orang_lain", text)


def speaks_of_safety(text: str) -> bool:
    """True when somebody says that there is no danger."""
    return _names("aman", text)


def _names(group: str, text: str) -> bool:
    plain = " ".join(_spelt_out(text).replace("-", " ").split())
    return _patterns()[group].search(plain) is not None


def _spelt_out(text: str) -> str:
    return _DOUBLED.sub(r"\1 \1", text.lower())


def _says(group: str, text: str) -> bool:
    sentences = (" ".join(part.split()) for part in _SENTENCE_END.split(_spelt_out(text)))
    return any(_holds_sign(group, sentence) for sentence in sentences)


def _holds_sign(group: str, sentence: str) -> bool:
    patterns = _patterns()
    sentence = patterns["bukan"].sub("-", sentence)
    is_told = patterns["cerita"].search(sentence) is not None
    supposed = patterns["andai"].search(sentence)
    for sign in patterns[group].finditer(sentence):
        if supposed and supposed.end() <= sign.start():
            # Everything after "kalau" is supposed, too.
            return False
        before = sentence[max(0, sign.start() - NEARBY) : sign.start()]
        if patterns["ingkar"].search(before):
            continue
        nearby = " ".join(before.split()[-2:]) + " " + sign[0]
        if is_told and not patterns["diri"].search(nearby):
            continue
        return True
    return False


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    data = yaml.safe_load(PHRASES_FILE.read_text("utf-8"))
    synonyms: dict[str, list[str]] = {
        name: words.split() for name, words in data.pop("kata").items()
    }
    groups: dict[str, list[str]] = data
    patterns = {
        name: "|".join(_to_regex(phrase, synonyms) for phrase in phrases)
        for name, phrases in groups.items()
    }
    # Takes back what stands right after it.
    patterns["ingkar"] = f"(?:{patterns['ingkar']}) $"
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


def _to_regex(phrase: str, synonyms: dict[str, list[str]]) -> str:
    pattern = r"\b"
    for index, word in enumerate(phrase.split()):
        if word == "_":
            pattern += r"(?: \w+){0,3}"
            continue
        if index:
            pattern += " "
        pattern += "(?:" + "|".join(map(_word_regex, synonyms.get(word, [word]))) + ")"
    return pattern + r"\b"


def _word_regex(word: str) -> str:
    if word == "0":
        return r"\d+"
    pattern = re.escape(word).replace(r"\*", r"\w*")
    # "dikurung" is also written "di kurung", "dkurung" and "d kurung".
    return re.sub(r"^di(?=\w{3})", "di? ?", pattern)
