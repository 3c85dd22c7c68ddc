"""Finds an action by its name."""

from __future__ import annotations

from functools import lru_cache

from rasa_sdk.interfaces import Action, ActionNotFoundException

from actions import dialogue

MODULES = (dialogue,)


@lru_cache(maxsize=1)
def _all() -> dict[str, Action]:
    actions: dict[str, Action] = {}
    for module in MODULES:
        for item in vars(module).values():
            if isinstance(item, type) and issubclass(item, Action) and item is not Action:
                action = item()
                actions[action.name()] = action
    return actions


def find(name: str) -> Action:
    """The action called `name`.

    Raises:
        ActionNotFoundException: The domain names an action that is not written.
    """
    try:
        return _all()[name]
    except KeyError:
        raise ActionNotFoundException(name) from None


def names() -> set[str]:
    return set(_all())
