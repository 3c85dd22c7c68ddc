"""Formatted text: HTML and MarkdownV2 as Telegram reads them, with its complaints.

Rules: https://core.telegram.org/bots/api#formatting-options. Offsets and lengths of
entities are UTF-16 code units, offsets in complaints are bytes of UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.telegram_state import ApiError, Json, bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_HTML_TYPES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "code": "code", "pre": "pre", "a": "text_link",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]+));?")
_TAG = re.compile(r"""<(/?)([^\s<>"']*)((?:\s(?:"[^"]*"|'[^']*'|[^<>"'])*)?)>""")
_ATTRIBUTE = re.compile(r"""\s*([^\s=]+)\s*=\s*("[^"]*"|'[^']*'|[\w.-]*)""")

# What opens an entity in MarkdownV2, the longer ones first; all are closed by themselves
# but links, which are closed by a bracket.
_MARKS = {
    "```": "pre", "__": "underline", "||": "spoiler", "![": "custom_emoji", "_": "italic",
    "*": "bold", "~": "strikethrough", "`": "code", "[": "text_link",
}  # fmt: skip
_RESERVED = "_*[]()~`>#+-=|{}.!"
_COMPLAINT_NAMES = {"text_link": "TextUrl", "custom_emoji": "CustomEmoji"}


@dataclass
class _Open:
    """An entity whose end was not seen yet; `at` is a character of the source."""

    type: str
    tag: str
    at: int
    offset: int
    start: int
    argument: str = ""


@dataclass
class _Output:
    """The text without markup, and the entities on it."""

    source: str
    parts: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)

    def begin(self, kind: str, tag: str, at: int, argument: str = "") -> None:
        self.open.append(_Open(kind, tag, at, self.length, len(self.parts), argument))

    def end(self, argument: str = "") -> None:
        """Closes the innermost entity; an empty one is dropped, as is a link without a host."""
        entity = self.open.pop()
        found: Json = {
            "type": entity.type,
            "offset": entity.offset,
            "length": self.length - entity.offset,
        }
        argument = argument or entity.argument
        if entity.type == "text_link":
            found["url"] = argument or "".join(self.parts[entity.start :])
        elif entity.type == "custom_emoji":
            found["custom_emoji_id"] = argument.rpartition("=")[2]
        elif entity.type == "pre" and argument:
            found["language"] = argument
        if found["length"] and (entity.type != "text_link" or re.search(r"\w\.\w|:", found["url"])):
            self.entities.append(found)

    def bytes_before(self, at: int) -> int:
        return len(self.source[:at].encode())

    def result(self) -> tuple[str, list[Json]]:
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.parts), self.entities


def utf16_length(text: str) -> int:
    """Telegram counts offsets and lengths in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(
    text: str, parse_mode: str, given: Any, limit: int = TEXT_LIMIT
) -> tuple[str, list[Json]]:
    """The text without markup and white space around it, and its entities.

    `given` are the entities that the bot named itself. Raises ApiError 400 for invalid
    markup, an empty text (not for a caption), and one over `limit` UTF-16 code units.
    """
    is_caption = limit == CAPTION_LIMIT
    if not text and not is_caption:
        raise bad_request("message text is empty")
    plain, entities = _parsed(text, parse_mode, given)
    plain, entities = _trimmed(plain, entities)
    if not plain and not is_caption:
        raise bad_request("message text is empty")
    if utf16_length(plain) > limit:
        raise bad_request(f"message {'caption ' if is_caption else ''}is too long")
    return plain, entities


def _parsed(text: str, parse_mode: str, given: Any) -> tuple[str, list[Json]]:
    mode = parse_mode.lower()
    if mode == "html":
        return parse_html(text)
    if mode == "markdownv2":
        return parse_markdown(text)
    if mode:
        raise bad_request("unsupported parse_mode")
    return text, _checked(text, given or [])


def _checked(text: str, given: Any) -> list[Json]:
    length = utf16_length(text)
    for entity in given:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= set(entity):
            raise bad_request("can't parse MessageEntity: expected an Object")
        if entity["offset"] < 0 or entity["offset"] + entity["length"] > length:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of "
                f"the text at UTF-16 offset {length}"
            )
    return list(given)


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Without white space at both ends, as people see it."""
    stripped = text.strip()
    before = utf16_length(text) - utf16_length(text.lstrip())
    length = utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - before)
        end = min(length, entity["offset"] + entity["length"] - before)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, kept


def _cannot_parse(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}")


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Text and entities of Telegram's HTML; raises ApiError 400 if it is invalid."""
    out = _Output(source)
    at = 0
    while at < len(source):
        if source[at] == "<":
            at = _html_tag(out, at)
        elif source[at] == "&" and (found := _referred(source, at)):
            out.add(found[0])
            at = found[1]
        else:
            out.add(source[at])
            at += 1
    if out.open:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{out.open[-1].tag}"')
    return out.result()


def _referred(source: str, at: int) -> tuple[str, int] | None:
    """The character that `&...;` stands for and where it ends; None if for nothing."""
    match = _REFERENCE.match(source, at)
    if match is None:
        return None
    hexadecimal, decimal, name = match.groups()
    if name:
        character = _NAMED.get(name, "")
    else:
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        character = chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000 else ""
    return (character, match.end()) if character else None


def _html_tag(out: _Output, at: int) -> int:
    place = f"at byte offset {out.bytes_before(at)}"
    match = _TAG.match(out.source, at)
    if match is None:
        word = "end" if out.source.startswith("</", at) else "start"
        raise _cannot_parse(f"Unclosed {word} tag {place}")
    closes, tag, rest = match.group(1), match.group(2).lower(), match.group(3)
    if closes:
        _html_end(out, tag, place)
    elif tag not in _HTML_TYPES:
        raise _cannot_parse(f'Unsupported start tag "{tag}" {place}')
    else:
        out.begin(_HTML_TYPES[tag], tag, at, _html_argument(tag, rest, place))
    return match.end()


def _html_end(out: _Output, tag: str, place: str) -> None:
    if not out.open:
        raise _cannot_parse(f"Unexpected end tag {place}")
    expected = out.open[-1].tag
    if tag and tag != expected:
        raise _cannot_parse(
            f'Unmatched end tag {place}, expected "</{expected}>", found "</{tag}>"'
        )
    out.end()


def _html_argument(tag: str, rest: str, place: str) -> str:
    """The one attribute that matters for this tag."""
    attributes = {name: _unquoted(value) for name, value in _ATTRIBUTE.findall(rest)}
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" {place}')
    return attributes.get({"a": "href", "tg-emoji": "emoji-id"}.get(tag, ""), "")


def _unquoted(value: str) -> str:
    inner = value[1:-1] if value[:1] in ("'", '"') else value
    return _REFERENCE.sub(lambda m: (_referred(m.group(), 0) or (m.group(), 0))[0], inner)


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Text and entities of MarkdownV2; raises ApiError 400 if it is invalid."""
    out = _Output(source)
    at = 0
    while at < len(source):
        at = _markdown_step(out, at)
    if out.open and out.open[-1].type == "blockquote":
        out.end()
    if out.open:
        raise _no_end(out)
    return out.result()


def _markdown_step(out: _Output, at: int) -> int:
    """Reads what stands at `at`; gives where to go on."""
    source, character = out.source, out.source[at]
    if character == "\\" and at + 1 < len(source) and 0 < ord(source[at + 1]) <= 126:
        out.add(source[at + 1])
        return at + 2
    inside = out.open[-1] if out.open else None
    if inside and inside.type in ("code", "pre") and not source.startswith(inside.tag, at):
        out.add(character)
        return at + 1
    if _quote_begins(source, at):
        return _quote_line(out, at)
    if character == "\n":
        return _new_line(out, at)
    if character not in _RESERVED:
        out.add(character)
        return at + 1
    return _mark(out, at, inside)


def _quote_begins(source: str, at: int) -> bool:
    return source[at] == ">" and (at == 0 or source[at - 1] == "\n")


def _quote_line(out: _Output, at: int) -> int:
    if not any(entity.type == "blockquote" for entity in out.open):
        out.begin("blockquote", "", at)
    return at + 1


def _new_line(out: _Output, at: int) -> int:
    quoted = any(entity.type == "blockquote" for entity in out.open)
    if quoted and not out.source.startswith(">", at + 1):
        if out.open[-1].type != "blockquote":
            raise _no_end(out)
        out.end()
    out.add("\n")
    return at + 1


def _mark(out: _Output, at: int, inside: _Open | None) -> int:
    source = out.source
    mark = next((m for m in _MARKS if source.startswith(m, at)), source[at])
    if inside and inside.type == "code":
        mark = inside.tag
    if inside and mark == inside.tag:
        if inside.type in ("text_link", "custom_emoji"):
            return _link_end(out, at)
        out.end()
        return at + len(mark)
    if mark not in _MARKS:
        raise _cannot_parse(
            f"Character '{mark}' is reserved and must be escaped with the preceding '\\'"
        )
    if mark == "```":
        return _pre_begins(out, at)
    kind = _MARKS[mark]
    out.begin(kind, "]" if mark.endswith("[") else mark, at)
    return at + len(mark)


def _pre_begins(out: _Output, at: int) -> int:
    match = re.compile(r"```(?:([^\s`]+)(?=\s))?(?:\r\n|\n|\r)?").match(out.source, at)
    assert match is not None
    out.begin("pre", "```", at, match.group(1) or "")
    return match.end()


def _link_end(out: _Output, at: int) -> int:
    """After the bracket: the address in parentheses, if there is one."""
    if not out.source.startswith("(", at + 1):
        if out.open[-1].type == "custom_emoji":
            raise _cannot_parse("Custom emoji entity must contain a tg://emoji URL")
        out.end()
        return at + 1
    match = re.compile(r"((?:\\.|[^)\\])*)\)", re.DOTALL).match(out.source, at + 2)
    if match is None:
        raise _cannot_parse(f"Can't find end of a URL at byte offset {out.bytes_before(at + 2)}")
    out.end(re.sub(r"\\(.)", r"\1", match.group(1)))
    return match.end()


def _no_end(out: _Output) -> ApiError:
    entity = out.open[-1]
    name = _COMPLAINT_NAMES.get(entity.type, entity.type.capitalize())
    place = f"at byte offset {out.bytes_before(entity.at)}"
    return _cannot_parse(f"Can't find end of {name} entity {place}")
