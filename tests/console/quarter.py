"""A summer of work, with numbers that are known: what the page of figures is tested with."""

from __future__ import annotations

from datetime import date, timedelta

from bot.figures import tally
from tests.bot.figures.years import Years

TODAY = date(2026, 11, 23)
SUMMER = "2026-3"
_KECAMATAN = {"17.09.05": 11, "17.09.01": 7, "17.09.02": 6, "MY": 9, "KH": 6, "17.09.03": 2, "-": 5}
_KINDS = ("rekrutmen", "rekrutmen", "kerja_paksa", "anak", "dokumen_palsu")
_PEOPLE = {"whatsapp": 4, "telegram": 1, "sms": 1, "web": 2}
_TOPICS = {
    "kerja_malaysia": 61,
    "uang_muka": 44,
    "ijazah_ditahan": 30,
    "setelah_lapor": 17,
    "psikolog": 3,
}


def live_through(years: Years, *, days: int = 30) -> None:
    """July to September 2026: 46 reports, 49 calls, and people who write each day."""
    for number in range(days):
        day = date(2026, 7, 1) + timedelta(days=3 * number)
        for channel, people in _PEOPLE.items():
            if channel != "sms" or number < 3:
                years.counted(day, channel, messages=2 * people, people=people)
    months = ("2026-07", "2026-08", "2026-09")
    for number, (place, count) in enumerate(_KECAMATAN.items()):
        years.counts_reports(
            months[number % 3], count, place=place, kind=_KINDS[number % 5],
            level=("biasa", "tinggi", "darurat")[number % 3],
            stage=("ditawari", "bekerja")[number % 2],
        )  # fmt: skip
    for state, count in {"new": 8, "working": 13, "referred": 9, "closed": 16}.items():
        years.tallies("2026-07", tally.STATE, state, count=count)
    for level, in_time, late, nobody in (
        ("darurat", 11, 3, 0),
        ("tinggi", 14, 4, 2),
        ("biasa", 11, 1, 3),
    ):
        for part, count, seconds in (
            ("in_time", in_time, 60),
            ("late", late, 1800),
            ("nobody", nobody, 0),
        ):
            if count:
                years.tallies("2026-08", tally.CALL, level, part, count)
            if count and seconds:
                years.tallies("2026-08", tally.WAIT, level, str(seconds), count)
    years.tallies("2026-08", tally.HANDLING, "biasa", "1800", 40)
    for topic, count in _TOPICS.items():
        years.tallies("2026-09", tally.TOPIC, topic, count=count)
    years.tallies("2026-07", tally.UNANSWERED, "tidak_tahu", count=23)
    years.tallies("2026-09", tally.UNANSWERED, "ragu", count=9)
    years.learned("2026-08", "sebelum", *[4, 5, 5, 6, 4, 6, 5])
    years.learned("2026-08", "sesudah", *[8, 8, 9, 7, 8, 8])
    years.is_counted(since=date(2026, 7, 1), until=TODAY - timedelta(days=4))
