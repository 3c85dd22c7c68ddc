"""The process of `bot.attachments.workshop` with a decoder that does as it was told."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.attachments import images, workshop


def _remake(raw: bytes, media_type: str) -> bytes:
    what = media_type
    if what == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "dies":
        os._exit(1)
    elif what == "hangs":
        time.sleep(60)
    elif what == "looks around":
        return ",".join(name for name in os.environ if "SULUH" in name).encode() or b"nothing"
    elif what == "takes memory":
        return _unless(MemoryError, lambda: bytearray(workshop.MOST_MEMORY))
    elif what == "writes a file":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        return _unless(OSError, lambda: Path(raw.decode(), "x").write_bytes(b"isi"))
    return b"something"


def _unless(error: type[Exception], act: Callable[[], object]) -> bytes:
    try:
        act()
    except error:
        return b"nothing"
    return b"something"


if __name__ == "__main__":
    images.remake = _remake
    sys.exit(workshop._main(sys.argv[1]))
