"""What a person told of the situation: codes that later messages are understood with.

A country, an age, that money was paid. Never the words of the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from bot import clock, lexicon
from bot.nlu.features import raw_words
from bot.nlu.following import supposes
from bot.nlu.labels import ABROAD, MEMORY_SLOT
from bot.settings import PROJECT_ROOT
from bot.triage import phrases

SITUATIONS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "keadaan.yml"

HOME = "ID"
# A row of the file: somebody is in Indonesia.
AT_HOME = "di_rumah"
# A denial stands within so many words before what it denies.
NEAR = 2
# Whoever comes back after so long may ask for somebody else, maybe on a phone of the family.
KEPT_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60_000


_CLAUSE_END = re.compile(r"[.,;!?\n]")


@dataclass(frozen=True)
class Situation:
    """A row of the file: see there."""

    signs: re.Pattern[str] | None
    younger_than: int | None
    advised_before: frozenset[str]
    always: bool
    takes_back: frozenset[str]

    def is_told_by(self, text: str) -> bool:
        is_supposed = supposes(raw_words(text))
        return self.signs is not None and not is_supposed and phrases.says(self.signs, text)


@lru_cache(maxsize=1)
def situations() -> dict[str, Situation]:
    """Every situation by its name."""
    data = yaml.safe_load(SITUATIONS_FILE.read_text("utf-8"))
    return {
        name: Situation(
            phrases.pattern(said["dikatakan"], denied_between=False)
            if "dikatakan" in said
            else None,
            said.get("umur_di_bawah"),
            frozenset(said.get("nasihat_pada", ())),
            said.get("selalu", False),
            frozenset(said.get("menghapus", ())),
        )
        for name, said in data.items()
    }


@dataclass(frozen=True)
class Memory:
    """What is known of one conversation.

    Attributes:
        country: ISO 3166-1 code of the country that was named last.
        age: In years; of several the youngest.
        situations: Names of the rows of the file that were told.
        advised: Those of them whose advice was given.
        was_in_danger: Whether there was a cry for help.
        minute: When something was told last, in whole minutes since 1970.
    """

    country: str | None = None
    age: int | None = None
    situations: tuple[str, ...] = ()
    advised: tuple[str, ...] = ()
    was_in_danger: bool = False
    minute: int = 0

    @classmethod
    def of(cls, tracker: Any) -> Memory:
        """What `tracker` remembers; nothing when that is too long ago."""
        kept = tracker.get_slot(MEMORY_SLOT)
        if not kept:
            return cls()
        memory = cls(
            country=kept.get("country"),
            age=kept.get("age"),
            situations=tuple(kept.get("situations", ())),
            advised=tuple(kept.get("advised", ())),
            was_in_danger=kept.get("was_in_danger", False),
            minute=kept["minute"],
        )
        return memory if clock.now_ms() - memory.minute * MINUTE_MS < KEPT_MS else cls()

    def as_slot(self) -> dict[str, Any] | None:
        """The value of the slot, small and in JSON types."""
        return {name: value for name, value in asdict(self).items() if value} or None

    def after(self, text: str, entities: Iterable[Mapping[str, Any]]) -> Memory:
        """What is known once `text`, which names `entities`, was read."""
        found = list(entities)
        country = _last_country(text, found) or self.country
        if country in _denied_countries(text, found):
            country = None
        ages = [_youngest(entity["value"]) for entity in found if entity["entity"] == "umur"]
        told = {name for name, row in situations().items() if row.is_told_by(text)}
        if _says_abroad(text, found) and AT_HOME not in told:
            told.add(ABROAD)
        over = {other for name in told for other in situations()[name].takes_back} - told
        known = tuple(
            name
            for name in situations()
            if name in told or (name in self.situations and name not in over)
        )
        age = min(ages) if ages else self.age
        if (country, age, known) == (self.country, self.age, self.situations):
            return self
        minute = clock.now_ms() // MINUTE_MS
        return replace(self, country=country, age=age, situations=known, minute=minute)

    def after_a_cry(self) -> Memory:
        """What is known once somebody cried for help."""
        return replace(self, was_in_danger=True, minute=clock.now_ms() // MINUTE_MS)

    def advice_before(self, topic: str) -> list[str]:
        """The situations that the person must hear about before the answer of a topic."""
        return [
            name
            for name, row in situations().items()
            if topic in row.advised_before
            and self._is_in(name, row)
            and (row.always or name not in self.advised)
        ]

    def once_advised(self, names: Iterable[str]) -> Memory:
        """The memory after the advice on these situations was given."""
        advised = tuple(name for name in situations() if name in {*self.advised, *names})
        return replace(self, advised=advised)

    def _is_in(self, name: str, row: Situation) -> bool:
        if row.younger_than is not None:
            return self.age is not None and self.age < row.younger_than
        return name in self.situations

    @property
    def needs_mission(self) -> bool:
        """Whether the number of an Indonesian mission may help."""
        return self.country is not None and AT_HOME not in self.situations

    def with_situation(self, name: str) -> Memory:
        """The memory with one more thing known."""
        known = tuple(n for n in situations() if n == name or n in self.situations)
        return replace(self, situations=known, minute=clock.now_ms() // MINUTE_MS)

    def entities(self, *, with_situations: bool = True) -> list[dict[str, Any]]:
        """What is known in the form of Rasa's entities."""
        known = [("negara", self.country), ("umur", self.age)]
        known += [("keadaan", name) for name in self.situations if with_situations]
        return [{"entity": kind, "value": value} for kind, value in known if value]


def only_says_where(text: str, entities: Iterable[Mapping[str, Any]]) -> bool:
    """ "saya di Taiwan kak": nothing but the country that somebody is in."""
    rest, found = text, False
    for entity in entities:
        if entity["entity"] == "negara":
            found = True
            rest = (
                rest[: entity["start"]]
                + " " * (entity["end"] - entity["start"])
                + rest[entity["end"] :]
            )
    small = lexicon.words("di_mana_saya") | lexicon.words("sapaan")
    return found and all(word in small for word in raw_words(rest))


def _denied_countries(text: str, entities: Iterable[Mapping[str, Any]]) -> set[str]:
    """The countries of "bukan di Taiwan", "gak di Taiwan"."""
    return {
        str(entity["value"])
        for entity in entities
        if entity["entity"] == "negara" and _is_denied(text, entity)
    }


def _says_abroad(text: str, entities: Iterable[Mapping[str, Any]]) -> bool:
    """ "adik saya di Johor": somebody is in a country, not: wants to work there."""
    wishes = lexicon.words("ingin_ke_sana") | lexicon.words("bukan")
    in_trouble = phrases.sounds_urgent(text) or phrases.sounds_serious(text)
    for entity in entities:
        before = _words_before(text, entity)
        if entity["entity"] != "negara" or entity["value"] == HOME:
            continue
        if not before or before[-1] not in lexicon.words("di") or not wishes.isdisjoint(before):
            continue
        if in_trouble or _is_about_a_person(before):
            return True
    return False


def _is_about_a_person(words: Sequence[str]) -> bool:
    """Whether somebody stands before "di", with small words between: "suami kerja di"."""
    for word in reversed(words):
        if word in lexicon.words("orang") or word in lexicon.words("orang_dekat"):
            return True
        if word not in lexicon.words("di_mana_saya"):
            return False
    return False


def _is_denied(text: str, entity: Mapping[str, Any]) -> bool:
    return not lexicon.words("bukan").isdisjoint(_words_before(text, entity)[-NEAR:])


def _words_before(text: str, entity: Mapping[str, Any]) -> list[str]:
    """The words of its clause that stand before an entity."""
    return raw_words(_CLAUSE_END.split(text[: entity.get("start", 0)])[-1])


def _last_country(text: str, entities: Iterable[Mapping[str, Any]]) -> str | None:
    """The country named last, but not one that is denied: "bukan Malaysia"."""
    for entity in sorted(entities, key=lambda entity: -entity.get("start", 0)):
        if entity["entity"] != "negara" or entity["value"] == HOME:
            continue
        if not _is_denied(text, entity):
            return str(entity["value"])
    return None


def _youngest(value: Any) -> int:
    return int(value[0] if isinstance(value, list) else value)
