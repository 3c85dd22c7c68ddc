"""One request to the desk: who may make it, and what it brings."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.privacy.roster import ADMIN, OFFICER, VIEWER
from bot.privacy.signing_in import sessions
from bot.privacy.signing_in.sessions import Session
from bot.storage.database import Database
from console.pages import ROOT, Pages

logger = logging.getLogger(__name__)

COOKIE = "suluh-meja"
# So many pages are made at once, each with a connection: more would only get into each other's
# way, and the threads in which people's messages are taken in stay free.
PAGES_AT_ONCE = 4
# Who signs in waits for a slow hash, and must not keep those waiting who are in.
DOORS_AT_ONCE = 12
# The longest message four bytes a character, escaped, with room for the rest of its form.
MAX_BODY = 64 * 1024
MAX_FIELDS = 50

# Who may open a page beside the roles: everybody; who gave the password alone.
EVERYBODY, HALFWAY = "everybody", "halfway"
MEMBERS = (ADMIN, OFFICER, VIEWER)
READERS = (ADMIN, OFFICER)

_USUAL_PORTS = {"https": ":443", "http": ":80"}

# Where a link from an alert may lead after signing in. Nowhere else: it comes from outside.
_GOAL = re.compile(r"/meja/percakapan/[A-Za-z0-9_-]{22}")


@dataclass(frozen=True)
class Visit:
    """A request that may be made.

    Attributes:
        form: The fields of a form that was sent, each once.
        session: Of the browser; None for pages that need none.
    """

    request: Request
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    session: Session | None = None

    @property
    def signed_in(self) -> Session:
        """The session of a page that needs one."""
        assert self.session is not None
        return self.session

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])


Handler = Callable[[Visit], Response]


@dataclass(frozen=True)
class Entrance:
    """A path, what answers it, and who may enter.

    Attributes:
        path: Below `ROOT`.
        who: Roles, or `EVERYBODY` or `HALFWAY` alone.
        quiet: The page asks by itself: nobody clicked, so the session is not prolonged.
    """

    path: str
    method: str
    handler: Handler
    who: Sequence[str]
    quiet: bool = False


class Doorkeeper:
    """Lets in who may come in.

    Args:
        database: Where sessions are.
        pages: Says what is wrong.
        origin: Of the desk in people's browsers, such as "https://suluh.example.org"; None
            where it is not known, then it is the host that was asked.
    """

    def __init__(self, database: Database, pages: Pages, origin: str | None) -> None:
        self._database = database
        self._pages = pages
        self._origin = origin
        self._pages_at_once = CapacityLimiter(PAGES_AT_ONCE)
        self._doors_at_once = CapacityLimiter(DOORS_AT_ONCE)

    def route(self, entrance: Entrance) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._answer(entrance, request)

        # Starlette adds HEAD to GET.
        return Route(entrance.path, endpoint, methods=[entrance.method])

    async def _answer(self, entrance: Entrance, request: Request) -> Response:
        form: Mapping[str, str] = {}
        if any("\0" in str(part) for part in request.path_params.values()):
            return self._pages.problem(request, "tidak_ada", 404)
        if entrance.method == "POST":
            if not self._is_own(request):
                return self._pages.problem(request, "asing", 403)
            fields = await _form(request)
            if fields is None:
                return self._pages.problem(request, "terlalu_besar", 413)
            form = fields
        limiter = self._doors_at_once if EVERYBODY in entrance.who else self._pages_at_once
        try:
            return await to_thread.run_sync(self._enter, entrance, request, form, limiter=limiter)
        except Exception as error:
            # The class alone: the message of an exception may quote a person.
            logger.error("a page of the desk failed: %s", type(error).__name__)
            return self._pages.problem(request, "rusak", 500, text=form.get("teks", ""))

    def _enter(self, entrance: Entrance, request: Request, form: Mapping[str, str]) -> Response:
        session = sessions.find(self._database, request.cookies.get(COOKIE, ""))
        if EVERYBODY in entrance.who:
            return entrance.handler(Visit(request, form, session))
        is_in = session is not None and (session.stage == sessions.OPEN or HALFWAY in entrance.who)
        if session is None or not is_in:
            return self._to_sign_in(entrance, request, form)
        if entrance.method == "POST" and not session.is_own(form.get("csrf", "")):
            return self._pages.problem(request, "asing", 403, text=form.get("teks", ""))
        if HALFWAY not in entrance.who and session.member.role not in entrance.who:
            return self._pages.problem(request, "tidak_boleh", 403, session=session)
        if not entrance.quiet:
            sessions.note_click(self._database, session)
        return entrance.handler(Visit(request, form, session))

    def _to_sign_in(
        self, entrance: Entrance, request: Request, form: Mapping[str, str]
    ) -> Response:
        if entrance.quiet:
            return Response(status_code=401)
        if entrance.method == "POST":
            # What was typed is shown once more, for whoever wants to copy it.
            return self._pages.problem(request, "keluar", 401, text=form.get("teks", ""))
        goal = goal_of(request.url.path)
        return RedirectResponse(f"{ROOT}/masuk" + (f"?tujuan={goal}" if goal else ""), 303)

    def _is_own(self, request: Request) -> bool:
        """Whether a form was sent by a page of the desk; browsers tell where it stands."""
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
        return origin == (self._origin or f"{request.url.scheme}://{request.headers.get('host')}")


def goal_of(path: str) -> str:
    """The path, if somebody may be led there after signing in, else nothing."""
    return path if _GOAL.fullmatch(path) else ""


def origin_of(url: str) -> str:
    """Scheme and host of an address, as browsers send them: small letters, no port if usual."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{host.removesuffix(_USUAL_PORTS.get(parts.scheme, ''))}"


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a form, or None when it is too large or none."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return None
    except ClientDisconnect:
        return None
    text = body.decode("utf-8", errors="replace")
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return None
    # A field that comes twice counts once. PostgreSQL keeps no NUL, and nobody types one.
    return {name: value.replace("\0", "") for name, value in fields}
