"""Companies, training centres, foundations.

Kind "perusahaan", value {"name": ..., "form": ...}: the name in small letters, without form
and punctuation, so that "PT. Maju Jaya" and "pt maju jaya" are the same; the form as the
list writes it ("PT", "LPK", "Sdn Bhd").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache

from bot.entities import lists
from bot.entities.entity import Entity
from bot.entities.reading import Reading, Token

KIND = "perusahaan"
_LIST = "perusahaan"

_MOST_TOKENS = 8
# Above this share of capitals in so many letters around, all is in capitals.
_SHOUTED, _NEAR = 0.7, 80
_MOST_DIGITS = 4
_VERB = re.compile(r"(?:meng|meny|men|mem|ngem|ny)[a-z]{4,}|di[a-z]{5,}|[a-z]{3,}nya")
_JOINS = frozenset("&-.'")


def find(text: str | Reading) -> list[Entity]:
    """The companies that `text` names, in order."""
    reading = Reading.of(text)
    text, all_tokens = reading.text, reading.tokens
    found: list[Entity] = []
    for place, token in enumerate(all_tokens):
        if found and token.start < found[-1].end:
            continue
        if entity := _after_form(text, all_tokens, place) or _before_form(text, all_tokens, place):
            found.append(entity)
    return found


def _after_form(text: str, all_tokens: Sequence[Token], place: int) -> Entity | None:
    """The company whose form stands before its name: "PT Maju Jaya"."""
    written = all_tokens[place].text
    form = lists.meanings(_LIST, "bentuk").get(written)
    if form is None:
        return None
    before = all_tokens[place - 1].text if place else ""
    if written == "cv" and before in lists.words(_LIST, "berkas"):
        return None
    first = place + 1
    while first < len(all_tokens) and all_tokens[first].text in ".:-\"'“" and first < place + 3:
        first += 1
    if first >= len(all_tokens) or "\n" in text[all_tokens[place].end : all_tokens[first].start]:
        return None
    case = _case(text, all_tokens[first])
    if case == "small" and written in lists.words(_LIST, "perlu_huruf_besar"):
        return None
    name = _name(text, all_tokens, first, case)
    if case == "small" or (case == "upper" and _is_shouted(text, all_tokens[first].start)):
        name = _up_to_last(name, lists.words(_LIST, "kata_nama"))
    if not name or _is_no_name([token.text for token in name]):
        return None
    words = [token.text for token in name if token.text[0].isalnum()]
    return _entity(form, words, text, all_tokens[place].start, name[-1].end)


def _name(text: str, all_tokens: Sequence[Token], first: int, case: str) -> list[Token]:
    """The tokens that may belong to the name that begins at `first`."""
    name: list[Token] = []
    joins: list[Token] = []
    for place in range(first, len(all_tokens)):
        token = all_tokens[place]
        if place > first and not _goes_on(text, all_tokens, place):
            break
        if token.text in _JOINS and name and not joins:
            joins.append(token)
            continue
        if not _may_be_part(token, text, case, is_first=not name):
            break
        name += [*joins, token]
        joins = []
        if len(name) >= _MOST_TOKENS:
            break
    return name


def _up_to_last(name: Sequence[Token], known: Collection[str]) -> list[Token]:
    """The tokens up to the last one that is known; none when none is."""
    places = [place for place, token in enumerate(name) if token.text in known]
    return list(name[: places[-1] + 1]) if places else []


def _is_no_name(name: Sequence[str]) -> bool:
    if len(name) == 1:
        return len(name[0]) < 2 or name[0] in lists.words(_LIST, "bukan_nama_sendirian")
    # "p3mi" is cut into letters and digits.
    return len(name[0]) == 1 and name[1].isdigit()


def _is_shouted(text: str, start: int) -> bool:
    near = text[max(0, start - _NEAR) : start + _NEAR]
    return sum(map(str.isupper, near)) > _SHOUTED * sum(map(str.isalpha, near))


def _goes_on(text: str, all_tokens: Sequence[Token], place: int) -> bool:
    """True when nothing ends the name between the token before `place` and this one."""
    gap = text[all_tokens[place - 1].end : all_tokens[place].start]
    if "\n" in gap:
        return False
    # "PT Maju. Katanya ..." ends, "PT Maju A. Jaya" goes on.
    return not (all_tokens[place - 1].text == "." and len(all_tokens[place - 2].text) > 1)


def _may_be_part(token: Token, text: str, case: str, *, is_first: bool) -> bool:
    if token.is_number:
        # "PT Maju Jaya 0812-..." goes on with a telephone number.
        may_be = not is_first and token.text[0] != "0"
        return may_be and len(token.text) <= _MOST_DIGITS and token.text.isdigit()
    if not token.text[0].isalpha() or _ends_name(token.text):
        return False
    own_case = _case(text, token)
    return case in ("small", own_case) or (case == "title" and own_case == "upper")


def _ends_name(word: str) -> bool:
    if word in lists.words(_LIST, "nama_mirip_kata_kerja"):
        return False
    return (
        word in lists.words(_LIST, "bukan_nama")
        or word in lists.words(_LIST, "hiasan")
        or _VERB.fullmatch(word) is not None
    )


def _case(text: str, token: Token) -> str:
    said = text[token.start : token.end]
    if said.isupper() and len(said) > 1:
        return "upper"
    return "title" if said[0].isupper() else "small"


def _before_form(text: str, all_tokens: Sequence[Token], place: int) -> Entity | None:
    """The company whose form stands after its name: "Maju Jaya Sdn Bhd"."""
    for parts, form in _forms_behind():
        if all_tokens[place].text != parts[0]:
            continue
        after = place
        for part in parts:
            if after < len(all_tokens) and all_tokens[after].text == part:
                after += 1
                if after < len(all_tokens) and all_tokens[after].text in ".,":
                    after += 1
            else:
                break
        else:
            return _named_before(form, text, all_tokens, place, after)
    return None


def _named_before(
    form: str, text: str, all_tokens: Sequence[Token], place: int, after: int
) -> Entity | None:
    first = place
    while first > 0 and place - first < _MOST_TOKENS:
        token = all_tokens[first - 1]
        if token.text[0].isalpha() and (_case(text, token) == "small" or _ends_name(token.text)):
            break
        if not token.text[0].isalpha() and token.text != "&":
            break
        first -= 1
    name = [token.text for token in all_tokens[first:place] if token.text[0].isalpha()]
    end = all_tokens[after - 1].start if all_tokens[after - 1].text in ".," else None
    if not name:
        return None
    return _entity(form, name, text, all_tokens[first].start, end or all_tokens[after - 1].end)


def _entity(form: str, name: Sequence[str], text: str, start: int, end: int) -> Entity:
    return Entity.of(KIND, {"name": " ".join(name), "form": form}, text, start, end)


@lru_cache(maxsize=1)
def _forms_behind() -> list[tuple[list[str], str]]:
    """The forms that stand after a name, cut into words."""
    written = lists.read(_LIST)["bentuk_di_belakang"]
    return [(words.split(), form) for form, words in written.items()]
