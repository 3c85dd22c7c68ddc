"""Runs the decoders of pictures in a process of their own.

What strangers send is fed to a lot of old C code. When it crashes there, no reply is held up;
the memory it took goes back at once; and it finds no secret in its environment.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import threading

from bot.attachments.refusal import Reason, Refused
from bot.settings import PROJECT_ROOT

MODULE = "bot.attachments.workshop"
# Python, Pillow, and 40 million pixels with what is made of them.
MOST_MEMORY = 768 * 1024 * 1024
MOST_CPU_SECONDS = 30
# On a machine that has other things to do.
SECONDS = 90.0

# Exit codes: one for each reason, apart from those of Python and of the shell.
_REASONS = {Reason.DAMAGED: 40, Reason.PIXELS: 41}

_one_at_a_time = threading.Lock()


def clean(raw: bytes, media_type: str) -> bytes:
    """See `images.remake`. Takes a second or more; one picture at a time in a process.

    Raises:
        Refused: It has too many pixels, does not decode, or brings the decoder down.
        OSError: There is no room for another process.
    """
    with _one_at_a_time:
        try:
            done = subprocess.run(
                [sys.executable, "-m", MODULE, media_type],
                input=raw,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=PROJECT_ROOT,
                env={},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refused(Reason.DAMAGED) from None
    if done.returncode == 0:
        return done.stdout
    for reason, code in _REASONS.items():
        if done.returncode == code:
            raise Refused(reason)
    raise Refused(Reason.DAMAGED)


def _main(media_type: str) -> int:
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        # It writes no file, least of all one of its memory.
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    from bot.attachments import images

    try:
        sys.stdout.buffer.write(images.remake(sys.stdin.buffer.read(), media_type))
    except Refused as refusal:
        return _REASONS[refusal.reason]
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
