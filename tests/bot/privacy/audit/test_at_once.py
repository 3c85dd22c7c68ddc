"""Several processes write at once: one chain comes of it."""

from __future__ import annotations

import subprocess
import sys

from sqlalchemy import func, select

from bot.privacy.audit import verifying
from bot.settings import PROJECT_ROOT
from bot.storage.database import Database
from bot.storage.tables import audit
from tests.databases import TRAIL_KEY

PROCESSES, EACH = 8, 25
WRITER = """
import sys
from bot.privacy.audit.acts import Act, note
from bot.storage.database import Database

database = Database(sys.argv[1])
database.sign_with(bytes.fromhex(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    with database.write() as connection:
        note(connection, Act.SIGNED_IN, by=sys.argv[4])
        if number % 5 == 0:
            note(connection, Act.SIGNED_OUT, by=sys.argv[4])
"""


def test_eight_processes_write_one_chain(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, url, TRAIL_KEY.hex(), str(EACH), str(number) * 22],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert [process.wait(120) for process in processes] == [0] * PROCESSES
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    checked = verifying.verify(database)
    assert checked.findings == []
    assert checked.head.seq == checked.entries == PROCESSES * (EACH + EACH // 5)
    with database.read() as connection:
        of_each = connection.execute(
            select(func.count()).select_from(audit).group_by(audit.c.actor)
        )
        assert of_each.scalars().all() == [EACH + EACH // 5] * PROCESSES
