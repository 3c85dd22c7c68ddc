"""The arrows of the design point one way.

    suluh -> channels, console, actions -> bot
    inside bot: engine -> conversation -> capabilities -> privacy -> storage -> foundation

Read from the imports in the source, those inside functions and under TYPE_CHECKING too. The
engine finds the custom actions by the name that `endpoints.yml` gives, not by an import,
so nothing in bot has to know the package `actions`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT

ROOMS = ("bot", "actions", "channels", "console", "suluh")

# What a room may import of the others, beside itself.
ROOM_MAY_IMPORT: dict[str, set[str]] = {
    "bot": set(),
    "actions": {"bot"},
    "channels": {"bot"},
    "console": {"bot"},
    "suluh": {"bot", "actions", "channels", "console"},
}

# Single modules that everybody may use. They use nothing but each other.
FOUNDATION = {"bot.clock", "bot.errors", "bot.lexicon", "bot.settings"}
# Storage knows nothing of what is kept in it. Privacy keeps its own keys there.
PRIVACY, STORAGE = "bot.privacy", "bot.storage"
# Every other package of bot is a capability: it stands on the bottom, and does not know
# how messages come and go.
CONVERSATION, ENGINE = "bot.conversation", "bot.engine"

# What every connector fulfils, and the one place that knows them all.
CONTRACT, REGISTRY = "channels.contract", "channels.registry"

# The web frameworks and the SDKs of channels stay outside of bot.
NOT_IN_BOT = {
    "aiogram", "fastapi", "flask", "httpx", "jinja2", "requests", "sanic", "sse_starlette",
    "starlette", "telegram", "twilio", "uvicorn",
}  # fmt: skip

# Rasa is used as a library in these packages only; the rest is plain Python.
KNOWS_RASA = {"bot.engine", "bot.nlu", "bot.knowledge"}

RASA_INTERNALS = "bot/engine/rasa_internals.py"


def _sources(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((PROJECT_ROOT / room).rglob("*.py"))]


def _name(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def _imported(source: str, package: str) -> set[str]:
    """Dotted names of all that `source`, a module of `package`, imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            start = ".".join(above if node.level else []) + "." * bool(node.level and node.module)
            start += node.module or ""
            found |= {f"{start}.{alias.name}" for alias in node.names}
    return found


def _imports_of(path: Path) -> set[str]:
    package = ".".join(path.relative_to(PROJECT_ROOT).parts[:-1])
    return _imported(path.read_text("utf-8"), package)


def _package(dotted: str) -> str:
    """`bot.engine` of `bot.engine.model.fingerprint`."""
    return ".".join(dotted.split(".")[:2])


def _package_of(path: Path) -> str:
    return _package(".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts))


def _may_import(package: str) -> set[str] | None:
    """The packages of bot that a package of bot may import; None stands for all."""
    if package == ENGINE:
        return None
    if package in FOUNDATION:
        return FOUNDATION
    if package == STORAGE:
        return FOUNDATION
    if package == PRIVACY:
        return FOUNDATION | {STORAGE}
    if package == CONVERSATION:
        return {p for p in _packages() if p != ENGINE}
    return {p for p in _packages() if p not in (ENGINE, CONVERSATION)}


def _packages() -> set[str]:
    return {_package_of(path) for path in _sources("bot")}


def _private_names_of_rasa(source: str) -> Iterator[str]:
    """Names with a leading underscore that are taken from something imported from Rasa."""
    tree = ast.parse(source)
    from_rasa: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_rasa(alias.name):
                    from_rasa.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and _is_rasa(node.module or ""):
            for alias in node.names:
                from_rasa.add(alias.asname or alias.name)
                if any(_is_private(part) for part in f"{node.module}.{alias.name}".split(".")):
                    yield f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            root: ast.expr = node
            while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
                root = root.func if isinstance(root, ast.Call) else root.value
            if isinstance(root, ast.Name) and root.id in from_rasa:
                yield f"{root.id}...{node.attr}"


def _is_rasa(module: str) -> bool:
    return module.partition(".")[0] in ("rasa", "rasa_sdk")


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("path", _sources(*ROOMS), ids=_name)
def test_arrows_between_the_rooms_point_one_way(path: Path) -> None:
    room = path.relative_to(PROJECT_ROOT).parts[0]
    other_rooms = {name.partition(".")[0] for name in _imports_of(path)} & set(ROOMS)
    assert other_rooms - {room} <= ROOM_MAY_IMPORT[room]


@pytest.mark.parametrize("path", _sources("bot"), ids=_name)
def test_arrows_inside_bot_point_one_way(path: Path) -> None:
    allowed = _may_import(_package_of(path))
    used = {_package(name) for name in _imports_of(path) if name.startswith("bot.")}
    assert allowed is None or used <= allowed | {_package_of(path)}


@pytest.mark.parametrize("path", _sources("channels"), ids=_name)
def test_a_connector_does_not_know_another_connector(path: Path) -> None:
    used = {_package(name) for name in _imports_of(path) if name.startswith("channels.")}
    if _package_of(path) != REGISTRY:
        assert used <= {_package_of(path), CONTRACT}


@pytest.mark.parametrize("path", _sources("bot"), ids=_name)
def test_bot_knows_no_web_framework_and_no_channel_sdk(path: Path) -> None:
    assert not {name.partition(".")[0] for name in _imports_of(path)} & NOT_IN_BOT


@pytest.mark.parametrize("path", _sources("bot", "channels", "console"), ids=_name)
def test_rasa_is_known_in_few_places(path: Path) -> None:
    if any(_is_rasa(name) for name in _imports_of(path)):
        assert _package_of(path) in KNOWS_RASA


@pytest.mark.parametrize("path", _sources(*ROOMS), ids=_name)
def test_only_one_module_reaches_into_the_private_parts_of_rasa(path: Path) -> None:
    if _name(path) != RASA_INTERNALS:
        assert not list(_private_names_of_rasa(path.read_text("utf-8")))


@pytest.mark.parametrize("path", _sources(*ROOMS), ids=_name)
def test_the_product_does_not_import_its_tests(path: Path) -> None:
    assert not {name.partition(".")[0] for name in _imports_of(path)} & {"tests", "bench"}


def test_every_room_is_looked_at() -> None:
    assert {_name(path).partition("/")[0] for path in _sources(*ROOMS)} >= set(ROOMS) - {"console"}
    assert {*FOUNDATION, PRIVACY, STORAGE, CONVERSATION, ENGINE} <= _packages()
    # The module whose private access is excused does use it: else the excuse can go.
    assert list(_private_names_of_rasa((PROJECT_ROOT / RASA_INTERNALS).read_text("utf-8")))


# How the checks themselves see code.


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import channels.web.app", {"channels.web.app"}),
        ("import channels.web as web, json", {"channels.web", "json"}),
        ("from channels import web", {"channels.web"}),
        ("from . import outbox", {"bot.conversation.outbox"}),
        ("from .outbox import Outbox", {"bot.conversation.outbox.Outbox"}),
        ("from .. import engine", {"bot.engine"}),
        ("from ..engine.model import x", {"bot.engine.model.x"}),
        ("def f():\n    from suluh import cli", {"suluh.cli"}),
        ("if TYPE_CHECKING:\n    import console", {"console"}),
        ("# import channels\n'import channels'", set()),
    ],
)
def test_every_way_of_importing_is_seen(source: str, imported: set[str]) -> None:
    assert _imported(source, "bot.conversation") == imported


@pytest.mark.parametrize(
    "source",
    [
        "import rasa.core.agent\nrasa.core.agent._load()",
        "import rasa.core.agent as a\na._load()",
        "from rasa.core import agent\nagent.Agent()._loop",
        "from rasa.core.agent import Agent\nAgent._x.y",
        "from rasa.core.agent import _load",
        "from rasa.core._hidden import load",
        "def f():\n    from rasa_sdk import Tracker\n    return Tracker._x",
    ],
)
def test_every_way_to_the_private_parts_is_seen(source: str) -> None:
    assert list(_private_names_of_rasa(source))


@pytest.mark.parametrize(
    "source",
    [
        "from rasa.core.agent import Agent\nAgent.load().__class__",
        "from rasa.core.agent import Agent\nself._agent = Agent()",
        "import json\njson._default_encoder",
    ],
)
def test_what_is_not_private_to_rasa_is_not_blamed(source: str) -> None:
    assert not list(_private_names_of_rasa(source))
