"""The parameters of a call to the Bot API: query, JSON, urlencoded or multipart."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.doubles.telegram_state import Json, bad_request

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(r'[; ]name="([^"]*)"')
_FILE_NAME = re.compile(r'filename="([^"]*)"')
_MIME = re.compile(r"content-type:\s*([^\r\n]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Upload:
    """A file in a multipart request."""

    name: str
    mime: str
    data: bytes


@dataclass
class Arguments:
    """The parameters by name. A value is a text, or of any type if it came in JSON."""

    values: Json = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The default also for what is no number, as Telegram does."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "yes", "1")

    def object(self, name: str) -> Any:
        """A list or an object; None if it is absent. Raises ApiError when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def file(self, name: str) -> Upload | None:
        """An uploaded file: the field itself, or the one it names with attach://."""
        attached = self.text(name).partition("attach://")[2]
        return self.files.get(attached or name)


def read(query: str, content_type: str, body: bytes) -> Arguments:
    """The arguments of a request; raises ApiError when the body cannot be read."""
    arguments = Arguments(dict(parse_qsl(query, keep_blank_values=True)))
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json" and body:
        arguments.values.update(_json(body))
    elif kind == "application/x-www-form-urlencoded":
        arguments.values.update(parse_qsl(body.decode(), keep_blank_values=True))
    elif kind == "multipart/form-data":
        _add_parts(arguments, content_type, body)
    return arguments


def _json(body: bytes) -> Json:
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad_request("can't parse request: JSON object expected")
    return values


def _add_parts(arguments: Arguments, content_type: str, body: bytes) -> None:
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise bad_request("boundary not found")
    for part in body.split(b"--" + boundary.group(1).encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        _add_part(arguments, head.decode(), data[:-2])


def _add_part(arguments: Arguments, head: str, data: bytes) -> None:
    name = _NAME.search(head)
    if name is None:
        return
    file_name = _FILE_NAME.search(head)
    if file_name is None:
        arguments.values[name.group(1)] = data.decode()
        return
    mime = _MIME.search(head)
    kind = mime.group(1).strip() if mime else "application/octet-stream"
    arguments.files[name.group(1)] = Upload(file_name.group(1), kind, data)
