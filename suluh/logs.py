"""Logs for operators: what happened where, never who wrote what."""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
from types import TracebackType

NOTHING = logging.CRITICAL + 1

# Loggers of libraries that may quote addresses or values.
_QUIET = {
    "sqlalchemy": logging.ERROR,
    "alembic": logging.WARNING,
    "uvicorn.access": logging.CRITICAL,
    "uvicorn.error": logging.WARNING,
    "sse_starlette": logging.ERROR,
    # They name addresses of calls, and the token of the bot is part of one.
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "telegram": NOTHING,
    "twilio": NOTHING,
    "aiohttp": NOTHING,
    "asyncio": logging.CRITICAL,
}


class SafeFormatter(logging.Formatter):
    """One line an event. An exception shows its class and places, not its message.

    The message of an exception may hold the value that caused it: a sentence, a number.
    """

    def __init__(self, process: str, *, as_json: bool) -> None:
        super().__init__()
        self._process = process
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        event = record.getMessage()
        if record.exc_info and record.exc_info[0] is not None:
            event += f" [{_trace(record)}]"
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        stamp = f"{moment}.{int(record.msecs):03d}Z"
        if self._as_json:
            return json.dumps(
                {
                    "time": stamp,
                    "level": record.levelname.lower(),
                    "process": self._process,
                    "logger": record.name,
                    "event": event,
                },
                ensure_ascii=False,
            )
        return f"{stamp} {record.levelname:7} {self._process:10} {event}"


def _trace(record: logging.LogRecord) -> str:
    kind, _, trace = record.exc_info or (None, None, None)
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{kind.__name__ if kind else 'error'} at {' > '.join(places[-6:])}"


def configure(process: str, *, as_json: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter(process, as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value, args.exc_traceback
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """Python's own way of dying prints the message of the exception; this one does not."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("suluh").critical("died", exc_info=(kind, error or kind(), trace))
