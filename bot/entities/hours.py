"""Hours: "jam 3 sore", "pukul 21.00", "jam setengah 8", "21:00"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.entities import numbers
from bot.entities.days import is_in, word
from bot.entities.reading import Token
from bot.entities.relative_dates import part_at

_NOON = 12


class Hour(NamedTuple):
    """Hour and minute as they were said, before it is known which half of the day it is."""

    hour: int
    minute: int
    after: int
    part: str | None


def hour_at(tokens: Sequence[Token], place: int, *, is_after_day: bool = False) -> Hour | None:
    """The time of day that stands at `place`, if any."""
    if is_in(tokens, place, "jam"):
        # "12 jam 7 hari" is a length of time, "tgl 5 jam 7" is not.
        if place and tokens[place - 1].is_number and not is_after_day:
            return None
        return _after_cue(tokens, place + 1)
    if tokens[place].is_number:
        return _alone(tokens, place)
    return None


def in_24_hours(hour: Hour, part: str | None) -> str:
    """The hour as a clock shows it: "15:00" for three in the afternoon."""
    number = hour.hour % 24
    if (part == "sore" and 1 <= number < _NOON) or (part == "siang" and 1 <= number <= 4):
        number += _NOON
    elif part == "malam":
        # "jam 2 malam" is at night, after midnight.
        number = 0 if number == _NOON else number + _NOON if 5 <= number < _NOON else number
    return f"{number:02d}:{hour.minute:02d}"


def _after_cue(tokens: Sequence[Token], place: int) -> Hour | None:
    place += word(tokens, place) in (":", ".")
    half = is_in(tokens, place, "setengah")
    place += half
    if place >= len(tokens):
        return None
    said = _clock(tokens, place) or _spelt(tokens, place)
    if said is None:
        return None
    hour, minute, after = said
    if half:
        # "setengah 8" is half past seven.
        hour, minute = (hour - 1) % 24, 30
    if is_in(tokens, after, "bukan_jam_sebelum"):
        return None
    return Hour(hour, minute, *_zone_and_part(tokens, after))


def _alone(tokens: Sequence[Token], place: int) -> Hour | None:
    """An hour without "jam": "21:00", "08.00 wib"."""
    if place and tokens[place - 1].end == tokens[place].start and word(tokens, place - 1) in ":/-":
        return None
    said = _clock(tokens, place)
    if said is None:
        return None
    hour, minute, after = said
    has_colon = word(tokens, place + 1) == ":" and after == place + 3
    if not (has_colon or ("." in tokens[place].text and is_in(tokens, after, "zona"))):
        return None
    return Hour(hour, minute, *_zone_and_part(tokens, after))


def _clock(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    """Hour, minute and the index after "21:00", "21.00" or "21"."""
    if place >= len(tokens) or not tokens[place].is_number:
        return None
    hour, _, minute = tokens[place].text.partition(".")
    after = place + 1
    if not minute and _is_attached_minute(tokens, after):
        minute, after = tokens[after + 1].text, after + 2
    if not (hour.isdigit() and len(hour) <= 2 and int(hour) <= 24):
        return None
    if minute and not (minute.isdigit() and len(minute) == 2 and int(minute) < 60):
        return None
    return int(hour), int(minute or 0), after


def _is_attached_minute(tokens: Sequence[Token], place: int) -> bool:
    return (
        word(tokens, place) == ":"
        and place + 1 < len(tokens)
        and tokens[place + 1].is_number
        and len(tokens[place + 1].text) == 2
        and tokens[place - 1].end == tokens[place].start
        and tokens[place].end == tokens[place + 1].start
    )


def _spelt(tokens: Sequence[Token], place: int) -> tuple[int, int, int] | None:
    number = numbers.read(tokens, place)
    if number is None or number.scale > 1 or not number.value.is_integer():
        return None
    return (int(number.value), 0, number.after) if 0 < number.value <= 24 else None


def _zone_and_part(tokens: Sequence[Token], after: int) -> tuple[int, str | None]:
    after += is_in(tokens, after, "zona")
    if word(tokens, after) == "dini" and word(tokens, after + 1) == "hari":
        return after + 2, "pagi"
    part = part_at(tokens, after)
    return (after + 1, part) if part else (after, None)
