"""Renders the pages of the desk. Every word of them stands in `templates/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.templating import Jinja2Templates

from bot.privacy.signing_in import sessions
from bot.privacy.signing_in.sessions import Session

ROOT = "/meja"
TEMPLATES = Path(__file__).parent / "templates"
WORDS_FILE = TEMPLATES / "kata.yml"


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """What stands on the pages for the codes of the program."""
    found: dict[str, Any] = yaml.safe_load(WORDS_FILE.read_text("utf-8"))
    return found


def flash(
    problem: str, done: str, among: str = "selesai", nama: str = ""
) -> Mapping[str, str] | None:
    """What stands above a page once: what was refused, or what was done.

    Args:
        problem: Why something was not done, in words; or nothing.
        done: What was done, by its name in `kata.yml`; an address may bring one that is none.
        among: Where in `kata.yml` that name stands.
        nama: To whom it was done, where the words want it.
    """
    if problem:
        return {"jenis": "salah", "teks": problem}
    said = words()[among].get(done)
    return {"jenis": "ok", "teks": said.format(nama=nama)} if said else None


def number(text: str, least: int = 1) -> int:
    """A number that an address brings, or the least where it brings none."""
    given = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else least
    return max(least, given)


class Pages:
    """The templates, with what each of them is given.

    Args:
        waiting: How many conversations wait for a human just now.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._waiting = waiting
        self._templates = Jinja2Templates(directory=TEMPLATES)
        self._templates.env.globals["nama_tingkat"] = words()["tingkat"]
        # A forgotten value is an error of ours, not an empty place on a page.
        self._templates.env.undefined = StrictUndefined

    def show(
        self,
        request: Request,
        template: str,
        session: Session | None = None,
        *,
        status: int = 200,
        **given: Any,
    ) -> HTMLResponse:
        """A page for a visitor."""
        return self._templates.TemplateResponse(
            request,
            template,
            {"akar": ROOT, "pesan": None, **self._visitor(session), **given},
            status_code=status,
        )

    def problem(
        self,
        request: Request,
        name: str,
        status: int,
        *,
        session: Session | None = None,
        text: str = "",
    ) -> HTMLResponse:
        """A page that says what is wrong, with what was typed and not sent."""
        said = words()["galat"][name]
        return self.show(
            request,
            "galat.html",
            session,
            status=status,
            judul=said["judul"],
            teks=said["teks"],
            tulisan=text,
        )

    def _visitor(self, session: Session | None) -> dict[str, Any]:
        if session is None or session.stage != sessions.OPEN:
            return {"aku": None, "csrf": session.csrf if session else "", "menunggu": 0}
        member = session.member
        return {
            "aku": {"nama": member.name, "peran": member.role},
            "csrf": session.csrf,
            "menunggu": self._waiting(),
        }
