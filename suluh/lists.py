"""What staff may read until they read it in the console: open questions, quiz results."""

from __future__ import annotations

import json

import click

from bot.knowledge import unanswered
from bot.quiz import results
from suluh.wiring import House

NOTHING_UNANSWERED = "Belum ada pertanyaan yang tidak terjawab."
NO_QUIZ = "Belum ada kuis penyuluhan yang selesai."
TOO_FEW = "-"


def show_unanswered(house: House, *, as_json: bool) -> None:
    """One question a line, newest day first."""
    with house.database.read() as connection:
        found = unanswered.listed(connection, house.sealer)
    for asked in found:
        if as_json:
            line = {
                "day": asked.day,
                "question": asked.question,
                "reason": asked.reason,
                "guesses": list(asked.guesses),
            }
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            click.echo(f"{asked.day}  {asked.question}  ({', '.join(asked.guesses)})")
    if not found and not as_json:
        click.echo(NOTHING_UNANSWERED)


def show_quiz(house: House) -> None:
    """A table a month: each question of the lesson set, right before and after."""
    with house.database.read() as connection:
        months = results.by_month(connection)
    for month in months:
        click.echo(f"{month.month}: sebelum {month.rounds_before} kuis, ", nl=False)
        click.echo(f"sesudah {month.rounds_after} kuis")
        click.echo(f"  {'sebelum':>7} {'sesudah':>7}")
        click.echo(f"  {_percent(month.before)} {_percent(month.after)}  semua soal")
        for row in month.questions:
            click.echo(f"  {_percent(row.before)} {_percent(row.after)}  {row.question.text}")
    if not months:
        click.echo(NO_QUIZ)
    elif any(None in (month.before, month.after) for month in months):
        click.echo(f"{TOO_FEW}: kurang dari {results.SMALLEST_GROUP} kuis, tidak ditampilkan.")


def _percent(share: float | None) -> str:
    return f"{TOO_FEW:>7}" if share is None else f"{share:>7.0%}"
