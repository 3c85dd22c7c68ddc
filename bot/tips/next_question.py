"""Which question of a report is put next, and what becomes of one that is met with a story."""

from __future__ import annotations

from bot.tips.draft import Draft
from bot.tips.questions import (
    CONSENT,
    FIRST,
    KIND,
    MOST_OF_A_KIND,
    ON_THE_MAP,
    PLACE,
    PLACE_WHICH,
    SUMMARY,
    fills,
    order,
)

# How often a question is put again to somebody who tells something else instead.
_PATIENCE, _PATIENCE_AT_FIRST = 2, 1
# The longer text is said once.
_SHORTER = (CONSENT,)


def following(draft: Draft) -> str:
    """The question that is worth most now; consent at the end when it was put off."""
    for question in FIRST:
        if not draft.knows(question) and not is_put_off(draft, question):
            return question
    if draft.left is not None and draft.left <= 1:
        return _last(draft)
    place = draft.fields.get(PLACE, {})
    if place.get("ambiguous") and PLACE not in draft.skipped:
        return PLACE_WHICH
    of_kind = order().questions[draft.fields[KIND]]
    put = [question for question in of_kind if question in draft.asked]
    for question in of_kind:
        if question in draft.skipped or _is_settled(draft, question):
            continue
        if question in put or len(put) < MOST_OF_A_KIND:
            return question
    return _last(draft)


def _last(draft: Draft) -> str:
    return SUMMARY if draft.knows(CONSENT) else CONSENT


def _is_settled(draft: Draft, question: str) -> bool:
    """Whether a question need not be put; words alone ("di ruko itu") find no place."""
    if question != PLACE:
        return draft.knows(*fills(question))
    place = draft.fields.get(PLACE, {})
    is_found = draft.knows("titik") or any(place.get(name) for name in ON_THE_MAP)
    return is_found or (bool(place) and PLACE in draft.asked)


def met_with_a_story(draft: Draft) -> Draft:
    """Notes that something else was told instead of an answer."""
    return draft.warn(_mark(draft.current))


def is_worn_out(draft: Draft) -> bool:
    """Whether the question that waits was met with stories so often that it is let be."""
    most = _PATIENCE_AT_FIRST if draft.current in FIRST else _PATIENCE
    return draft.warned.count(_mark(draft.current)) > most


def is_put_off(draft: Draft, question: str) -> bool:
    """Consent is asked for once more at the end by whom it was met with stories: never assumed."""
    stories = draft.warned.count(_mark(question))
    return question == CONSENT and stories > _PATIENCE_AT_FIRST


def response(draft: Draft) -> str:
    """The text of the question that waits; a shorter one where the long one was said."""
    is_again = draft.current in _SHORTER and was_put_again(draft)
    return (
        f"ucapan_lapor_{draft.current}_lagi" if is_again else f"ucapan_lapor_tanya_{draft.current}"
    )


def was_put_again(draft: Draft) -> bool:
    """Whether something else was told, or asked, after the question that waits."""
    return _mark(draft.current) in draft.warned


def _mark(question: str | None) -> str:
    return f"lain: {question}"
