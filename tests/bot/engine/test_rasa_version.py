from __future__ import annotations

import re
from importlib import metadata

import pytest

from bot.engine import rasa_internals
from bot.settings import PROJECT_ROOT


def test_the_installed_rasa_is_the_one_whose_private_parts_we_know() -> None:
    assert metadata.version("rasa") == rasa_internals.EXPECTED_RASA_VERSION


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_no_other_rasa_can_be_installed(name: str) -> None:
    named = re.findall(r"\brasa==([\w.]+)", (PROJECT_ROOT / name).read_text("utf-8"))
    assert set(named) == {rasa_internals.EXPECTED_RASA_VERSION}
