"""Turns a reply into the messages that a channel can show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot import lexicon
from bot.conversation.capabilities import Capabilities
from bot.conversation.messages import Choice, Reply
from bot.conversation.splitting import split

_WITHOUT_BUTTONS = Capabilities(buttons=0)


@dataclass(frozen=True)
class Part:
    """One message on its way. `waits` until the person asks for more."""

    reply: Reply
    waits: bool = False


def render(replies: Iterable[Reply], channel: Capabilities) -> list[Part]:
    """The messages of a turn in order.

    Where a channel waits for more, all that goes beyond its first message waits.
    """
    shown = [_in_shape(reply, channel) for reply in replies]
    if channel.length is None:
        return [Part(reply) for reply in shown]
    if channel.waits_for_more:
        return _pages(shown, channel)
    return [Part(reply) for whole in shown for reply in _cut(whole, channel)]


def as_text(reply: Reply) -> Reply:
    """A reply with its choices, if any, as a numbered list in its text."""
    return _in_shape(reply, _WITHOUT_BUTTONS)


def _in_shape(reply: Reply, channel: Capabilities) -> Reply:
    text = channel.clean(reply.text)
    choices = tuple(replace(c, title=channel.clean(c.title)) for c in reply.choices)
    if not choices or _fit_as_buttons(choices, channel):
        # Buttons alone are no message anywhere.
        return Reply(text or lexicon.line("pilih_satu") if choices else text, choices)
    if _says_what_to_answer(text, choices):
        return Reply(text)
    numbered = "\n".join(f"{number}. {choice.title}" for number, choice in enumerate(choices, 1))
    hint = lexicon.line("balas_nomor")
    return Reply("\n\n".join(piece for piece in (text, f"{numbered}\n{hint}") if piece))


def _fit_as_buttons(choices: Sequence[Choice], channel: Capabilities) -> bool:
    return len(choices) <= channel.buttons and all(
        len(choice.title) <= channel.button_title
        and len(choice.payload.encode()) <= channel.button_value
        for choice in choices
    )


def _says_what_to_answer(text: str, choices: Sequence[Choice]) -> bool:
    """Whether a text itself names the words to answer with: "Balas YA atau TIDAK."."""
    words = text.split()
    said = {word.strip(".,;:!?()") for word in words}
    return all(choice.title.split(",")[0].split()[0].upper() in said for choice in choices)


def _cut(reply: Reply, channel: Capabilities) -> Iterator[Reply]:
    """The parts of a reply; the buttons stand under the last."""
    *before, last = split(reply.text, channel.fits) or [""]
    yield from (Reply(text) for text in before)
    yield Reply(last, reply.choices)


def _pages(replies: Sequence[Reply], channel: Capabilities) -> list[Part]:
    """One message now, the others one at a time when the person asks for more."""
    rest = "\n\n".join(reply.text for reply in replies if reply.text).strip()
    more = "\n" + lexicon.line("balas_lanjut")
    texts: list[str] = []
    # The last page has no line after it, so that what is left may fit as it stands.
    while not channel.fits(rest):
        page = split(rest, lambda text: channel.fits(text + more))[0]
        texts.append(page + more)
        rest = rest[len(page) :].lstrip()
    if rest:
        texts.append(rest)
    return [Part(Reply(text), waits=number > 0) for number, text in enumerate(texts)]
