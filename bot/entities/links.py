"""Links, e-mail addresses and names of accounts. Nothing is ever fetched.

Kind "tautan", value {"kind": ..., "value": ...}. "kind" is one of whatsapp, telegram,
facebook, instagram, tiktok, shopee, form, shortener, web, email, akun. "value" is what two
reports of the same thing have in common: the number behind a wa.me link in E.164, the name
of an account without @ in small letters, else the address without scheme and "www.".
"""

from __future__ import annotations

import re
from functools import cache

from bot.entities import lists
from bot.entities.entity import Entity
from bot.entities.reading import Reading

KIND = "tautan"
SERVICES = (
    "whatsapp", "telegram", "facebook", "instagram", "tiktok", "shopee", "form", "shortener",
)  # fmt: skip

_EMAIL = re.compile(r"(?<![\w.+-])[a-z0-9][a-z0-9._+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,15}")
_LINK = re.compile(
    r"(?<![a-z0-9@.-])(?P<scheme>https?://|hxxps?://)?"
    r"(?P<host>(?:[a-z0-9][a-z0-9_-]{0,62}\.){1,5}[a-z]{2,15})(?![a-z0-9_-]|\.[a-z])"
    r"(?P<path>(?::[0-9]{2,5})?(?:[/?#][^\s<>\"]*)?)"
)
_HANDLE = re.compile(
    r"(?<![\w@./])@(?=[\w.]*[a-z])(?![0-9]+(?:k|rb|jt|ribu|juta)\b)[a-z0-9_][a-z0-9_.]{2,31}"
)
_NAMED = re.compile(
    r"(?<!\w)(?P<where>[a-z]{2,9})\s{0,2}[:=]\s{0,2}(?P<name>[a-z][a-z0-9_.]{2,31})(?![\w@])"
)
_WORD_BEFORE = re.compile(r"([a-z]+)\s{0,2}[:=]?\s{0,2}$")
_TRAILING = ".,;:!?)]}'\"*~…"
_NUMBER = re.compile(r"\+?(62|0)?([0-9]{8,14})")
# Paths of accounts; what stands behind them is not a name.
_NOT_A_NAME = {"p", "reel", "reels", "stories", "explore", "share", "groups", "joinchat", "c", "s"}


def find(text: str | Reading) -> list[Entity]:
    """The links, e-mail addresses and accounts in `text`, in order."""
    reading = Reading.of(text)
    text, folded = reading.text, reading.folded
    found: list[Entity] = []
    for match in _EMAIL.finditer(folded):
        found.append(_entity("email", match[0], text, match.start(), match.end()))
    for match in _LINK.finditer(folded):
        said = match[0].rstrip(_TRAILING)
        # WhatsApp sets what stands between two "_" in italics.
        if folded[max(0, match.start() - 1)] == "_":
            said = said.removesuffix("_")
        end = match.start() + len(said)
        if _is_link(match):
            kind, value = _meaning(match, text[match.start("path") : end])
            found.append(_entity(kind, value, text, match.start(), end))
    for match in _HANDLE.finditer(folded):
        name = match[0].rstrip(".")
        before = _WORD_BEFORE.search(folded, max(0, match.start() - 16), match.start())
        where = _service_named(before[1]) if before else None
        found.append(
            _entity(where or "akun", name[1:], text, match.start(), match.start() + len(name))
        )
    for match in _NAMED.finditer(folded):
        if where := _service_named(match["where"]):
            name, start = match["name"].rstrip("."), match.start("name")
            found.append(_entity(where, name, text, start, start + len(name)))
    return _without_overlap(found)


def _entity(kind: str, value: str, text: str, start: int, end: int) -> Entity:
    return Entity.of(KIND, {"kind": kind, "value": value}, text, start, end)


def _is_link(match: re.Match[str]) -> bool:
    if match["scheme"] or match["host"].startswith("www."):
        return True
    has_path = len(match["path"].rstrip(_TRAILING)) > 1
    if has_path and _service(match["host"], match["path"]):
        return True
    ending = match["host"].partition(".")[2]
    endings = {ending, ".".join(ending.split(".")[-2:]), ending.rpartition(".")[2]}
    known = lists.words("tautan", "akhiran")
    if has_path:
        known = known | lists.words("tautan", "akhiran_dengan_jalan")
    return not known.isdisjoint(endings)


def _meaning(match: re.Match[str], path: str) -> tuple[str, str]:
    """Kind and value of a link; `path` as it was typed, because case counts in it."""
    host = match["host"].removeprefix("www.").removeprefix("m.")
    kind = _service(host, path) or "web"
    first = path.lstrip("/").partition("?")[0].split("/")[0].lower()
    if kind == "whatsapp" and (number := _number_in(first if host == "wa.me" else path)):
        return kind, number
    name = first.removeprefix("@")
    is_name = re.fullmatch(r"[a-z0-9_.]{3,32}", name) and name not in _NOT_A_NAME
    if is_name and (kind in ("telegram", "instagram") or first.startswith("@")):
        return kind, name
    return kind, host + path.rstrip("/")


def _number_in(path: str) -> str | None:
    """The number that a WhatsApp link opens, in E.164."""
    said = path if path[:1].isdigit() or path[:1] == "+" else path.partition("phone=")[2]
    match = _NUMBER.match(said)
    if match is None:
        return None
    return "+62" + match[2] if match[1] else "+" + match[2]


def _service(host: str, path: str) -> str | None:
    """The service of a host: the host itself or one that it belongs to is listed."""
    labels = host.split(".")
    for index in range(len(labels) - 1):
        parent = ".".join(labels[index:])
        first = path.lstrip("/").partition("/")[0].partition("?")[0].lower()
        for known in (f"{parent}/{first}", parent):
            if service := _services().get(known):
                return service
    return None


@cache
def _services() -> dict[str, str]:
    return {host: kind for kind in SERVICES for host in lists.words("tautan", kind)}


def _service_named(word: str) -> str | None:
    service: str | None = lists.meanings("tautan", "akun").get(word)
    return service


def _without_overlap(found: list[Entity]) -> list[Entity]:
    """Of two that overlap the one that was looked for first stays."""
    kept: list[Entity] = []
    taken: set[int] = set()
    for entity in found:
        places = range(entity.start, entity.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(entity)
    return sorted(kept, key=lambda entity: entity.start)
