"""Two wishes in one message: "paspor saya ditahan, saya mau lapor"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot import lexicon
from bot.conversation.messages import Understanding
from bot.nlu.labels import FAQ
from bot.settings import PROJECT_ROOT
from bot.triage import levels

ERRANDS_FILE = PROJECT_ROOT / "nlu_data" / "lookup" / "urusan.yml"

# What stands beside a wish and is none.
COURTESY = ("terima_kasih", "salam", "sampai_jumpa", "puas", "ya", "kasar")
# So few words beside a courtesy belong to it: "makasih ya, sehat selalu".
LONGEST_COURTESY = 2

MAX_PARTS = 4
# A part is only heard as a wish of its own when it is this clear by itself.
CLEAR = 0.9
# An errand in a longer part, "mau lapor kades yang ikut mengirim orang", when it is this clear.
PLAIN = 0.98
# One word may ask for an errand ("lapor"), but not for a topic ("aman").
LEAST_WORDS_OF_A_QUESTION = 2
LONGEST_BARE_WISH = 3
LONGEST_POINTING_BACK = 4

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Part:
    """A clause of a message. `asks` when it sounds like a question."""

    text: str
    asks: bool

    @property
    def said(self) -> list[str]:
        """Its words without those that mean nothing by themselves."""
        return _meaningful(self.text)

    @property
    def is_bare(self) -> bool:
        """ "saya mau lapor": a wish and nothing around it."""
        return not self.asks and len(self.said) <= LONGEST_BARE_WISH

    @property
    def points_back(self) -> bool:
        """ "itu tugasnya apa": asks about what stands before it, so it is no wish by itself."""
        said, asking = self.said, lexicon.words("kata_tanya")
        return (
            len(said) <= LONGEST_POINTING_BACK
            and any(
                word in lexicon.words("penunjuk")
                # Not "apa itu calo", "sapa 129 itu apa".
                and (before == "" or not {before, after} & asking)
                for before, word, after in zip(["", *said], said, [*said[1:], ""])
            )
        )


@dataclass(frozen=True)
class Wish:
    """A part and what it was understood to mean."""

    part: Part
    meant: Understanding


@dataclass(frozen=True)
class Errand:
    """What the file says of an errand: see there."""

    rank: int
    first: bool
    about: frozenset[str]


@lru_cache(maxsize=1)
def errands() -> dict[str, Errand]:
    """Every errand by its dialog intent."""
    data = yaml.safe_load(ERRANDS_FILE.read_text("utf-8"))
    return {
        intent: Errand(rank, said["dulu"], frozenset(said.get("tentang", ())))
        for rank, (intent, said) in enumerate(data.items())
    }


def parts(text: str) -> list[Part]:
    """The clauses of a message that may each hold a wish, at most four."""
    pieces = _borders().split(text)
    found = [
        Part(piece.strip(), asks=mark == "?" or _has_question_word(piece))
        for piece, mark in zip(pieces[::2], [*pieces[1::2], None])
        if piece and _meaningful(piece)
    ]
    return found if len(found) <= MAX_PARTS else [*found[: MAX_PARTS - 1], found[-1]]


def beside_courtesy(
    whole: Understanding, pieces: Sequence[Part], understood: Sequence[Understanding]
) -> str | None:
    """What is asked beside thanks, a greeting or an insult, which must not swallow it."""
    if whole.intent not in COURTESY:
        return None
    rest = [
        part
        for part, meant in zip(pieces, understood)
        if meant.intent not in COURTESY
        and (part.asks or meant.intent == FAQ or meant.intent in errands())
        and len(part.said) > LONGEST_COURTESY
    ]
    # With nothing left out it would be read for ever.
    return ". ".join(part.text for part in rest) if 0 < len(rest) < len(pieces) else None


def without_insults(text: str) -> str | None:
    """What an angry message tells beside the insults; None when nothing is left, or none was."""
    words = text.split()
    rest = [word for word in words if word.lower().strip(".,!?") not in lexicon.words("makian")]
    return " ".join(rest) if LONGEST_COURTESY < len(rest) < len(words) else None


def serve_first(
    whole: Understanding, pieces: Sequence[Part], understood: Sequence[Understanding]
) -> tuple[Understanding, Understanding | None]:
    """What is served now and what is offered after it, the more urgent first.

    `whole` is the message as one, `understood` its parts in order.
    """
    heard = _wishes(pieces, understood)
    if whole.intent == levels.URGENT or not heard:
        return whole, None
    if not is_wish(whole):
        if whole.sure or whole.level == levels.URGENT:
            return whole, None
        # The whole was not understood, a part of it was.
        whole = min(heard, key=lambda wish: _rank(wish.meant)).meant
    others = [wish for wish in heard if wish.meant.label != whole.label]
    if not others:
        return whole, None
    other = min(others, key=lambda wish: _rank(wish.meant))
    return (other.meant, whole) if _goes_first(other, whole, heard) else (whole, other.meant)


def _goes_first(other: Wish, whole: Understanding, heard: Sequence[Wish]) -> bool:
    """Whether another wish is served before what the whole message was taken for."""
    if other.meant.intent == FAQ:
        if whole.intent == FAQ:
            # Of two questions the one that was asked first.
            return heard[0] is other and any(wish.meant.label == whole.label for wish in heard)
        errand = errands()[whole.intent]
        return other.part.asks and (other.meant.topic in errand.about or not errand.first)
    errand = errands()[other.meant.intent]
    if not other.part.is_bare and other.meant.confidence < PLAIN:
        return False
    if whole.intent == FAQ:
        return errand.first and whole.topic not in errand.about
    return errand.rank < errands()[whole.intent].rank


def _wishes(pieces: Sequence[Part], understood: Sequence[Understanding]) -> list[Wish]:
    """The parts that clearly ask for something, in order.

    Beside an errand the trouble that is told counts, too; else only what is asked. A cry for
    help is heard in the whole: a part alone has lost what was around it.
    """
    clear = [
        Wish(part, meant)
        for part, meant in zip(pieces, understood)
        if is_wish(meant)
        and meant.confidence >= CLEAR
        and meant.intent != levels.URGENT
        and not (meant.intent == FAQ and part.points_back)
    ]
    has_errand = any(wish.meant.intent in errands() for wish in clear)
    return [
        wish
        for wish in clear
        if wish.meant.intent in errands()
        or ((wish.part.asks or has_errand) and len(wish.part.said) >= LEAST_WORDS_OF_A_QUESTION)
    ]


def is_wish(meant: Understanding) -> bool:
    """Whether it is surely a question or an errand."""
    return meant.sure and may_be_wish(meant)


def may_be_wish(meant: Understanding) -> bool:
    """Whether it is a question or an errand, as far as one can tell."""
    return meant.intent == FAQ or meant.intent in errands()


def _rank(meant: Understanding) -> int:
    """Smaller is more urgent; every question comes after every errand."""
    known = errands().get(meant.intent)
    return known.rank if known else len(errands())


@lru_cache(maxsize=1)
def _borders() -> re.Pattern[str]:
    joining = "|".join(sorted(lexicon.words("penghubung")))
    return re.compile(rf"([?])|[.!;,\n]+|\s(?=(?:{joining})\s)|\s&\s")


def _has_question_word(piece: str) -> bool:
    asking = lexicon.words("kata_tanya")
    return any(word in asking for word in _WORD.findall(piece.lower()))


def _meaningful(piece: str) -> list[str]:
    small = lexicon.words("pembuka") | lexicon.words("sapaan") | lexicon.words("penghubung")
    return [word for word in _WORD.findall(piece.lower()) if word not in small]
