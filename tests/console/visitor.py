"""A browser without a screen: follows links, sends forms, keeps cookies."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from types import TracebackType

import httpx

from bot.privacy.signing_in import sessions
from bot.privacy.unlocked import Unlocked
from console.app import Desk as DeskPages
from console.visit import COOKIE
from tests.bot.conversation.takeover.desk import Desk

_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_TAG = re.compile(r"<[^>]+>")


class Visitor:
    """Somebody with a browser of his own."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=20)
        self.url = url

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._client.close()

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._client.get(path, headers=headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Sends a form as a page of the desk does, but for the mark of the session."""
        origin = {"origin": self.url, **headers}
        return self._client.post(path, data=fields, headers=origin)

    def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Opens a page, and sends a form of it."""
        return self.post(path, {"csrf": self.csrf(page), **fields})

    def csrf(self, page: str) -> str:
        found = _TOKEN.search(self.get(page).text)
        return found.group(1) if found else ""

    def stream(self, path: str):  # type: ignore[no-untyped-def]  # httpx gives a context manager
        return self._client.stream("GET", path)


def words_of(answer: httpx.Response) -> str:
    """What can be read on a page, in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", answer.text)).split())


@dataclass(frozen=True)
class Site:
    """The pages of a desk, and what is behind them."""

    url: str
    desk: Desk
    pages: DeskPages

    def visitor(self) -> Visitor:
        return Visitor(self.url)

    def signed_in(self, member: Unlocked, stage: str = sessions.OPEN) -> Visitor:
        """A member with both factors given, without the minute that it takes."""
        visitor = self.visitor()
        with self.desk.database.write() as connection:
            token = sessions.begin(connection, member, stage)
        visitor.cookies.set(COOKIE, token, domain="127.0.0.1", path="/meja")
        return visitor
