"""Finds the Chromium of the browser tests; installs Debian's when this user may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "The browser tests need Chromium, and none is on PATH. "
    "Install it (Debian: apt-get install chromium) or set SULUH_CHROMIUM to its path."
)


def find() -> str | None:
    """The path of a Chromium, or None."""
    named = os.environ.get("SULUH_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> None:
    if find():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests ...", file=sys.stderr, flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, env=environment, check=False, **quiet)
    if not find():
        raise SystemExit(MISSING)


if __name__ == "__main__":
    main()
