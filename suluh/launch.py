"""`suluh run`: everything on one machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import click

from bot.engine import model
from bot.settings import Settings
from suluh.supervisor import Supervisor

READY_SECONDS = 60.0


def run(
    settings: Settings,
    *,
    host: str,
    port: int,
    operations_port: int,
    workers: int,
    crash_limit: int,
) -> None:
    """Prepares the database, starts the processes and says where to open them."""
    model.model_file(settings.model_dir)
    # In a process of its own: the supervisor stays small.
    subprocess.run([sys.executable, "-m", "suluh", "migrate", "--quiet"], check=True)
    # Counters of the last run would be added to those of this one.
    shutil.rmtree(settings.metrics_dir, ignore_errors=True)
    settings.metrics_dir.mkdir(parents=True)
    children = {
        "web": (
            "web",
            "--host",
            host,
            "--port",
            str(port),
            "--operations-port",
            str(operations_port),
        ),
        **{
            f"worker-{number}": ("worker", "--name", f"worker-{number}")
            for number in range(1, workers + 1)
        },
    }
    supervisor = Supervisor(children, crash_limit=crash_limit)
    announcer = threading.Thread(
        target=_announce, args=(settings, host, port, operations_port), daemon=True
    )
    supervisor.run(on_started=announcer.start)


def _announce(settings: Settings, host: str, port: int, operations_port: int) -> None:
    """Prints the address once somebody answers there."""
    health = f"http://127.0.0.1:{operations_port}/healthz"
    # An http_proxy of the environment must not answer for this machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with direct.open(health, timeout=2):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    else:
        click.echo("Suluh does not answer yet; the messages above say why.", err=True)
        return
    shown = settings.public_url or f"http://{host}:{port}/"
    desk = f"{shown.rstrip('/')}/meja/"
    click.echo(
        f"\n  Suluh menyala. Buka: {shown}\n  Meja petugas: {desk}\n"
        f"  Kesehatan dan angka: {health}\n",
        err=True,
    )
