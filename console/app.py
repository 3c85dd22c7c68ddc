"""The desk as one application under `/meja`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.conversation.capabilities import Capabilities
from bot.conversation.takeover import handoffs
from bot.conversation.takeover.officer import Officers
from bot.privacy.keys import BROWSER_SUBKEY
from bot.privacy.signing_in.tries import Browsers
from bot.privacy.vault import Vault
from bot.storage.database import Database
from console.account import AccountPage
from console.audit import AuditPage
from console.conversation import ConversationPage
from console.figures import FiguresPage
from console.live import Live
from console.pages import ROOT, Pages
from console.queue import QueuePage
from console.reports import ReportPages
from console.security import AlwaysAsk, SecurityHeaders
from console.signing_in import SigningIn
from console.visit import Doorkeeper, Entrance, origin_of

STATIC = Path(__file__).parent / "static"


def _waiting(database: Database) -> int:
    with database.read() as connection:
        return handoffs.waiting(connection)


class Desk:
    """The pages of staff.

    Args:
        vault: Where everything is.
        capabilities: Of the channels.
        public_url: The address in people's browsers; with https cookies are `Secure`.
    """

    def __init__(
        self, vault: Vault, capabilities: Mapping[str, Capabilities], public_url: str | None
    ) -> None:
        database = vault.database
        pages = Pages(partial(_waiting, database))
        origin = origin_of(public_url) if public_url else None
        officers = Officers(vault, capabilities)
        browsers = Browsers(vault.key.subkey(BROWSER_SUBKEY))
        is_secure = bool(origin and origin.startswith("https:"))
        self._is_secure = is_secure
        self._pages = pages
        self._keeper = Doorkeeper(database, pages, origin)
        self.live = Live(database, officers)
        # Every page of the desk, and who may open it.
        self.entrances: list[Entrance] = [
            *SigningIn(database, pages, browsers, secure=is_secure).entrances(),
            *QueuePage(database, pages, officers).entrances(),
            *ConversationPage(vault, pages, officers).entrances(),
            *ReportPages(vault, pages).entrances(),
            *AccountPage(database, pages).entrances(),
            *AuditPage(database, pages).entrances(),
            *FiguresPage(database, pages).entrances(),
        ]

    def routes(self) -> list[Route | Mount]:
        """To be put before what answers everything else."""
        return [Route(ROOT, lambda _request: RedirectResponse(f"{ROOT}/", 307)), self._mount()]

    def _mount(self) -> Mount:
        application = Starlette(
            routes=[
                *(self._keeper.route(entrance) for entrance in self.entrances),
                self.live.route(),
                Mount(
                    "/statis",
                    StaticFiles(directory=STATIC),
                    # Files alone: a compressed page tells by its length what a form hides.
                    middleware=[Middleware(GZipMiddleware), Middleware(AlwaysAsk)],
                ),
            ],
            middleware=[Middleware(SecurityHeaders, secure=self._is_secure)],
            exception_handlers={404: self._not_found, 405: self._another_way},
        )
        return Mount(ROOT, application)

    async def _not_found(self, request: Request, _error: Exception) -> Response:
        return self._pages.problem(request, "tidak_ada", 404)

    async def _another_way(self, request: Request, _error: Exception) -> Response:
        """A browser that was closed opens the address of a form, and means the page around it."""
        if request.method != "GET":
            return self._pages.problem(request, "tidak_ada", 405)
        around = request.url.path.rpartition("/")[0]
        return RedirectResponse(f"{ROOT}/" if around == ROOT else around, 303)
