"""The REST interface (api.twilio.com and content.twilio.com at one URL) and the media host."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.doubles.loopback import Hangup
from tests.doubles.twilio_content import Content, Library
from tests.doubles.twilio_faults import Faults, ServerTrouble
from tests.doubles.twilio_numbers import PhoneNumber
from tests.doubles.twilio_pages import meta_page, page
from tests.doubles.twilio_sending import Sending
from tests.doubles.twilio_state import ApiCall, Media, State
from tests.doubles.twilio_wire import API_VERSION, Refusal, new_sid, now, parse_form, rfc2822

Answer = Response | Hangup
Form = dict[str, list[str]]
Handler = Callable[[Request, Form], Awaitable[Answer]]

ACCOUNT = f"/{API_VERSION}/Accounts/{{account}}"


def api_app(
    state: State,
    library: Library,
    sending: Sending,
    faults: Faults,
    media_location: Callable[[str], str],
) -> Starlette:
    """The REST interface. `media_location` gives the URL on the media host of a ticket."""
    messages = _Messages(state, sending, faults, media_location)
    account = _Account(state)
    contents = _Contents(library)
    table: list[tuple[str, str, Handler]] = [
        ("GET", f"{ACCOUNT}.json", account.fetch),
        ("GET", f"{ACCOUNT}/IncomingPhoneNumbers.json", account.numbers),
        ("POST", f"{ACCOUNT}/IncomingPhoneNumbers/{{sid}}.json", account.update_number),
        ("POST", f"{ACCOUNT}/Messages.json", messages.create),
        ("GET", f"{ACCOUNT}/Messages.json", messages.list),
        ("GET", f"{ACCOUNT}/Messages/{{sid}}.json", messages.fetch),
        ("GET", f"{ACCOUNT}/Messages/{{sid}}/Media/{{media}}", messages.media),
        ("POST", "/v1/Content", contents.create),
        ("GET", "/v1/Content", contents.list),
        ("GET", "/v1/Content/{sid}", contents.fetch),
        ("DELETE", "/v1/Content/{sid}", contents.delete),
        ("GET", "/v1/Content/{sid}/ApprovalRequests", contents.approval),
        ("POST", "/v1/Content/{sid}/ApprovalRequests/whatsapp", contents.submit),
    ]
    door = _Door(state, faults)
    routes = [Route(path, door.guard(handler), methods=[verb]) for verb, path, handler in table]
    lost = Route("/{path:path}", door.guard(_nothing), methods=["GET", "POST", "PUT", "DELETE"])
    return Starlette(routes=[*routes, lost])


def media_app(state: State) -> Starlette:
    """The second host: gives a file to whoever knows its ticket, and wants no credentials."""

    async def file(request: Request) -> Response:
        with state.changed:
            credentials = request.headers.get("authorization")
            if credentials:
                state.leaked_credentials.append(credentials)
            media = state.media.get(state.media_tickets.get(request.path_params["ticket"], ""))
        if media is None:
            return Response(status_code=404)
        return Response(media.content, media_type=media.content_type)

    return Starlette(routes=[Route("/{ticket}", file)])


class _Door:
    """What comes before and after each request: credentials, ordered trouble, the log."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    def guard(self, handler: Handler) -> Callable[[Request], Awaitable[Any]]:
        async def answer(request: Request) -> Any:
            form = await _form_of(request)
            given = await self._answer(request, form, handler)
            status = 0 if isinstance(given, Hangup) else given.status_code
            call = ApiCall(request.method, request.url.path, form, status)
            with self._state.changed:
                self._state.calls.append(call)
                self._state.changed.notify_all()
            return given

        return answer

    async def _answer(self, request: Request, form: Form, handler: Handler) -> Answer:
        try:
            self._check_credentials(request)
            self._faults.before(request.url.path)
            return await handler(request, form)
        except Refusal as refusal:
            return JSONResponse(refusal.as_json(), refusal.status)
        except ServerTrouble as trouble:
            return _trouble(trouble)

    def _check_credentials(self, request: Request) -> None:
        name, secret = _basic(request.headers.get("authorization", ""))
        with self._state.changed:
            known = {self._state.account_sid: self._state.auth_token, **self._state.api_keys}
            account = self._state.account_sid
        expected = known.get(name)
        if expected is None or not hmac.compare_digest(expected.encode(), secret.encode()):
            raise Refusal(20003, "Authenticate", status=401)
        if request.path_params.get("account", account) != account:
            raise _not_found(request)


class _Messages:
    def __init__(
        self,
        state: State,
        sending: Sending,
        faults: Faults,
        media_location: Callable[[str], str],
    ) -> None:
        self._state = state
        self._sending = sending
        self._faults = faults
        self._media_location = media_location

    async def create(self, request: Request, form: Form) -> Answer:
        self._faults.before_send(form.get("To", [""])[0])
        message, callbacks = self._sending.send(form)
        answer = JSONResponse(message.as_json(), 201)
        if self._sending.early:
            await callbacks
        await asyncio.sleep(self._faults.delay())
        return Hangup() if self._faults.take_drop() else answer

    async def list(self, request: Request, _form: Form) -> Answer:
        wanted = request.query_params
        with self._state.changed:
            found = [
                message.as_json()
                for message in reversed(self._state.messages.values())
                if wanted.get("To", message.to) == message.to
                and wanted.get("From", message.from_) == message.from_
            ]
        return JSONResponse(page(request, "messages", found))

    async def fetch(self, request: Request, _form: Form) -> Answer:
        with self._state.changed:
            message = self._state.messages.get(request.path_params["sid"])
            if message is None:
                raise _not_found(request)
            return JSONResponse(message.as_json())

    async def media(self, request: Request, _form: Form) -> Answer:
        name = request.path_params["media"]
        with self._state.changed:
            media = self._state.media.get(name.removesuffix(".json"))
            if media is None or media.message_sid != request.path_params["sid"]:
                raise _not_found(request)
            if name.endswith(".json"):
                return JSONResponse(self._media_json(media, request.url.path))
            ticket = new_sid("")
            self._state.media_tickets[ticket] = media.sid
        return RedirectResponse(self._media_location(ticket), 307)

    def _media_json(self, media: Media, path: str) -> dict[str, object]:
        return {
            "account_sid": self._state.account_sid,
            "content_type": media.content_type,
            "date_created": rfc2822(media.created),
            "date_updated": rfc2822(media.created),
            "parent_sid": media.message_sid,
            "sid": media.sid,
            "uri": path,
        }


class _Account:
    def __init__(self, state: State) -> None:
        self._state = state
        self._created = now()
        self._number = PhoneNumber(state)

    async def fetch(self, _request: Request, _form: Form) -> Answer:
        with self._state.changed:
            sid, token, status = (
                self._state.account_sid,
                self._state.auth_token,
                self._state.status,
            )
        base = f"/{API_VERSION}/Accounts/{sid}"
        return JSONResponse(
            {
                "auth_token": token,
                "date_created": rfc2822(self._created),
                "date_updated": rfc2822(self._created),
                "friendly_name": "Akun Uji Suluh",
                "owner_account_sid": sid,
                "sid": sid,
                "status": status,
                "subresource_uris": {
                    "messages": f"{base}/Messages.json",
                    "incoming_phone_numbers": f"{base}/IncomingPhoneNumbers.json",
                },
                "type": "Full",
                "uri": f"{base}.json",
            }
        )

    async def numbers(self, request: Request, _form: Form) -> Answer:
        wanted = request.query_params.get("PhoneNumber", "")
        owned = [self._number.as_json()] if self._number.matches(wanted) else []
        return JSONResponse(page(request, "incoming_phone_numbers", owned))

    async def update_number(self, request: Request, form: Form) -> Answer:
        if request.path_params["sid"] != self._number.sid:
            raise _not_found(request)
        self._number.update(form)
        return JSONResponse(self._number.as_json())


class _Contents:
    def __init__(self, library: Library) -> None:
        self._library = library

    async def create(self, request: Request, _form: Form) -> Answer:
        content = self._library.create(await _json_of(request))
        return JSONResponse(content.as_json(_base(request)), 201)

    async def list(self, request: Request, _form: Form) -> Answer:
        found = [content.as_json(_base(request)) for content in self._library.all()]
        return JSONResponse(meta_page(request, "contents", found))

    async def fetch(self, request: Request, _form: Form) -> Answer:
        return JSONResponse(self._wanted(request).as_json(_base(request)))

    async def delete(self, request: Request, _form: Form) -> Answer:
        self._library.delete(self._wanted(request).sid)
        return Response(status_code=204)

    async def approval(self, request: Request, _form: Form) -> Answer:
        content = self._wanted(request)
        return JSONResponse(
            {
                "account_sid": content.account_sid,
                "sid": content.sid,
                "url": f"{_base(request)}{request.url.path}",
                "whatsapp": content.approval_json(),
            }
        )

    async def submit(self, request: Request, _form: Form) -> Answer:
        content = self._library.submit(self._wanted(request).sid, await _json_of(request))
        shown = content.approval_json()
        fields = ("allow_category_change", "category", "content_type", "name", "status")
        return JSONResponse({**{name: shown[name] for name in fields}, "rejection_reason": ""}, 201)

    def _wanted(self, request: Request) -> Content:
        content = self._library.get(request.path_params["sid"])
        if content is None:
            raise _not_found(request)
        return content


async def _nothing(request: Request, _form: Form) -> Answer:
    raise _not_found(request)


def _not_found(request: Request) -> Refusal:
    return Refusal(20404, f"The requested resource {request.url.path} was not found", 404)


def _trouble(trouble: ServerTrouble) -> Response:
    if trouble.body is not None:
        return Response(trouble.body, trouble.status, media_type="text/html")
    code = 20000 + trouble.status
    return JSONResponse(
        Refusal(code, "Service unavailable", trouble.status).as_json(), trouble.status
    )


async def _form_of(request: Request) -> Form:
    """The parameters of an urlencoded body; of any other body none, as the provider has it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    body = await request.body()
    return parse_form(body) if kind == "application/x-www-form-urlencoded" else {}


async def _json_of(request: Request) -> dict[str, Any]:
    try:
        payload = json.loads(await request.body())
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise Refusal(20001, "The body of the request is not a JSON object")
    return payload


def _basic(header: str) -> tuple[str, str]:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
