"""The pages and calls of the web chat.

GET  /         the page
POST /pesan    {"id": uuid, "text": "..."} or {"id": uuid, "payload": "..."}; 202 when
               it is on disk. The same id again changes nothing.
GET  /pesan    what was said so far
GET  /aliran   replies as server-sent events; Last-Event-ID goes on where it broke off
POST /hapus    deletes the conversation
POST /keluar   forgets the cookie (the quick exit)
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.conversation.door import Door
from bot.conversation.messages import Inbound
from bot.conversation.outbox import Outbound
from channels.contract import read_body
from channels.web.history import CHANNEL, History, as_entry
from channels.web.security import AlwaysAsk, SecurityHeaders
from channels.web.streams import Streams

logger = logging.getLogger(__name__)

COOKIE = "suluh"
COOKIE_BYTES = 32
# A message of MAX_TEXT four-byte characters, escaped in JSON, is well within.
MAX_BODY = 512 * 1024
MAX_PAYLOAD = 256
PING_SECONDS = 20
LOOK_SECONDS = 15
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

HERE = Path(__file__).parent

TOO_LARGE = "Pesannya terlalu besar. Kirim bagian yang paling penting dulu ya."
NOT_READABLE = "Pesannya tidak terbaca. Coba tulis lagi ya."
WRITE_INSTEAD = "Suluh belum bisa membaca berkas. Tulis isinya dengan kata-kata ya."
TRY_AGAIN = "Pesanmu belum tersimpan. Coba kirim lagi sebentar lagi ya."


class WebChat:
    """The channel's handlers around the inbox and the outbox.

    Args:
        door: Accepts what people write.
        history: Reads what was said.
        streams: Wakes a stream when its conversation has a new reply.
        contacts: Placeholders for the numbers that are always in sight.
        public_url: The address in people's browsers; with https the cookie is `Secure`.
    """

    def __init__(
        self,
        door: Door,
        history: History,
        streams: Streams,
        contacts: dict[str, str],
        public_url: str | None,
    ) -> None:
        self._door = door
        self._history = history
        self._streams = streams
        self._contacts = contacts
        self._origin = _origin(public_url) if public_url else None
        self._secure = bool(self._origin and self._origin.startswith("https:"))
        self._templates = Jinja2Templates(directory=HERE / "templates")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.page, middleware=[Middleware(GZipMiddleware)]),
                Route("/pesan", self.accept, methods=["POST"]),
                Route("/pesan", self.past, methods=["GET"]),
                Route("/aliran", self.stream),
                Route("/hapus", self.delete, methods=["POST"]),
                Route("/keluar", self.leave, methods=["POST"]),
                Mount(
                    "/statis",
                    StaticFiles(directory=HERE / "static"),
                    middleware=[Middleware(GZipMiddleware), Middleware(AlwaysAsk)],
                ),
            ],
            middleware=[Middleware(SecurityHeaders)],
        )

    async def page(self, request: Request) -> HTMLResponse:
        return self._templates.TemplateResponse(
            request, "chat.html", {"kontak": self._contacts}, headers={"Cache-Control": "no-store"}
        )

    async def accept(self, request: Request) -> Response:
        if refused := self._refuse_foreign(request):
            return refused
        content_type = request.headers.get("content-type", "")
        if content_type.startswith(("multipart/", "image/", "audio/", "video/")):
            return _problem(415, WRITE_INSTEAD)
        try:
            body = await read_body(request, MAX_BODY)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _problem(413, TOO_LARGE)
        message = _parse(body)
        if message is None:
            return _problem(400, NOT_READABLE)
        secret = _secret(request) or self._new_secret(message["id"])
        if message["seen"]:
            # Before the message: what was read is deleted with a report that it confirms.
            with contextlib.suppress(Exception):
                await self._note_seen(secret, message["seen"])
        try:
            receipt = await self._door.accept(
                Inbound(
                    channel=CHANNEL,
                    address=secret,
                    # Scoped to the sender: nobody can use up another's message id.
                    external_id=self._history.scoped_id(secret, message["id"]),
                    text=message["text"],
                    payload=message["payload"],
                )
            )
        except Exception as error:
            logger.error("a message was not accepted: %s", type(error).__name__)
            return _problem(503, TRY_AGAIN)
        response = JSONResponse({"id": message["id"], "baru": receipt.is_new}, status_code=202)
        self._set_cookie(response, secret)
        return response

    async def _note_seen(self, secret: str, up_to: int) -> None:
        conversation = await self._history.conversation_of(secret)
        if conversation is not None:
            await self._history.mark_shown(conversation, up_to)

    def _new_secret(self, message_id: str) -> str:
        # Only an id that cannot be guessed may decide what the cookie is.
        if _UUID.fullmatch(message_id):
            return self._history.first_secret(message_id)
        return secrets.token_urlsafe(COOKIE_BYTES)

    async def past(self, request: Request) -> Response:
        conversation = await self._conversation(request)
        entries = await self._history.entries(conversation) if conversation else []
        return JSONResponse({"percakapan": entries}, headers={"Cache-Control": "no-store"})

    async def stream(self, request: Request) -> Response:
        conversation = await self._conversation(request)
        if conversation is None:
            # 204 tells an EventSource to stop asking.
            return Response(status_code=204)
        after = _whole_number(
            request.headers.get("last-event-id") or request.query_params.get("setelah")
        )

        async def events() -> Any:
            last = after
            if last:
                await self._history.mark_shown(conversation, last)
            async with self._streams.watch(conversation) as bell:
                while True:
                    bell.clear()
                    while batch := await self._history.replies_after(conversation, last):
                        for outbound in batch:
                            last = outbound.id
                            yield _event(outbound)
                    if self._streams.ended or not await self._history.exists(conversation):
                        return
                    # Looks by itself now and then, should a bell ever go unheard.
                    with contextlib.suppress(asyncio.TimeoutError):
                        await asyncio.wait_for(bell.wait(), LOOK_SECONDS)

        return EventSourceResponse(events(), ping=PING_SECONDS)

    async def delete(self, request: Request) -> Response:
        if refused := self._refuse_foreign(request):
            return refused
        conversation = await self._conversation(request)
        if conversation is not None:
            await self._history.delete(conversation)
            self._streams.wake([conversation])
        return self._without_cookie()

    async def leave(self, request: Request) -> Response:
        return self._refuse_foreign(request) or self._without_cookie()

    async def _conversation(self, request: Request) -> str | None:
        secret = _secret(request)
        return await self._history.conversation_of(secret) if secret else None

    def _refuse_foreign(self, request: Request) -> Response | None:
        """Refuses a call that another site made in the person's browser."""
        origin = request.headers.get("origin")
        if origin is None:
            return None
        own = self._origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
        return None if _origin(origin) == own else _problem(403, NOT_READABLE)

    def _set_cookie(self, response: Response, secret: str) -> None:
        response.set_cookie(
            COOKIE,
            secret,
            httponly=True,
            samesite="strict",
            secure=self._secure,
            path="/",
        )

    def _without_cookie(self) -> Response:
        response = Response(status_code=204, headers={"Clear-Site-Data": '"cache", "storage"'})
        response.delete_cookie(
            COOKIE, path="/", httponly=True, samesite="strict", secure=self._secure
        )
        return response


def _secret(request: Request) -> str | None:
    """The cookie, if it has the shape of one that was given out here."""
    secret = request.cookies.get(COOKIE, "")
    return secret if _SECRET.fullmatch(secret) else None


def _parse(body: bytes) -> dict[str, Any] | None:
    """The fields of a message, or None when it is none. Bytes that are no UTF-8 are mended."""
    try:
        data = json.loads(body.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    message_id, text, payload = data.get("id"), data.get("text", ""), data.get("payload")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        return None
    if not isinstance(text, str) or not isinstance(payload, (str, type(None))):
        return None
    if payload is not None and not (len(payload) <= MAX_PAYLOAD and payload.isprintable()):
        return None
    return {
        "id": message_id,
        "text": text,
        "payload": payload,
        "seen": _whole_number(data.get("seen")),
    }


def _event(outbound: Outbound) -> ServerSentEvent:
    return ServerSentEvent(
        id=str(outbound.id),
        event="balasan",
        data=json.dumps(as_entry(outbound), ensure_ascii=False),
    )


def _problem(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"pesan": sentence}, status_code=status)


def _whole_number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
