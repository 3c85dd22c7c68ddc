"""A stand-in for the engine where a test is about the path and not about the answer.

Beside it the sender and the fetcher until there is nothing left to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.conversation.fetcher import Fetcher
from bot.conversation.messages import Content, Reply
from bot.conversation.sender import LOOK_SECONDS, Sender
from bot.conversation.turn import Answer
from bot.triage import levels

# For the next token of a channel it is waited this long, not for what a provider wants later.
SOON_SECONDS = 0.2


class Echo:
    """Says what it heard, and counts in its state how often it was asked."""

    def __init__(self, before_answer: Callable[[str], None] = lambda text: None) -> None:
        self.before_answer = before_answer
        self.heard: list[str] = []

    def answer(
        self, conversation_id: str, channel: str, state: bytes | None, lines: Sequence[Content]
    ) -> Answer:
        text = "|".join(line.text for line in lines)
        self.before_answer(text)
        self.heard.append(text)
        count = int(state or b"0") + 1
        return Answer([Reply(f"{count}:{text}")], state=str(count).encode())

    def apologise(self, channel: str) -> Sequence[Reply]:
        return [Reply("maaf")]

    def level(self, lines: Sequence[Content]) -> str:
        return levels.ORDINARY

    def say(self, response: str, channel: str, **values: str) -> Sequence[Reply]:
        return [Reply(response)]


async def send_all(sender: Sender) -> None:
    """Sends what is due now, and asks whoever has to write first; the channels stay held."""
    while sender._start_due() or sender._on_the_way or _waits_for_a_token(sender):
        await sender._settle(await sender._arrived(timeout=LOOK_SECONDS))
        if not sender._on_the_way:
            await asyncio.sleep(LOOK_SECONDS)
    sender._people_asked_at = float("-inf")
    sender._ask_people_to_write()
    await asyncio.gather(*sender._reopening)


async def send_all_after(sender: Sender) -> None:
    """Sends what is due now, once PostgreSQL has seen that the sender before is gone."""
    while not all(lock.hold() for lock in sender._locks.values()):
        await asyncio.sleep(LOOK_SECONDS)
    await send_all(sender)


def _waits_for_a_token(sender: Sender) -> bool:
    with sender._database.read() as connection:
        return any(
            sender._channels[name].seconds_until_one() < SOON_SECONDS
            and sender._outbox.is_due(connection, [name])
            for name in sender._mine
        )


async def fetch_all(fetcher: Fetcher) -> None:
    """Fetches what is due now."""
    await fetcher._start()
    while fetcher._under_way:
        await fetcher._wait()
        await fetcher._start()
