"""`suluh rasa ...`: the stock command line on this project, without TensorFlow."""

from __future__ import annotations

import sys

from bot.engine import rasa_internals

# The folders of this project, where Rasa's command line expects its own.
_DEFAULTS = {
    "train": ("--domain", "bot/domain", "--data", "nlu_data"),
    "data validate": ("--domain", "bot/domain", "--data", "nlu_data"),
    "test": ("--domain", "bot/domain",),
    "test nlu": ("--domain", "bot/domain", "--nlu", "nlu_data"),
    "test core": (),
    "shell": ("--endpoints", "endpoints.yml"),
}  # fmt: skip


def run(arguments: list[str]) -> None:
    """Runs Rasa's command line with `arguments`; options given win over the defaults."""
    rasa_internals.import_for_tools()
    from rasa.__main__ import main

    sys.argv = ["rasa", *with_defaults(arguments)]
    main()


def with_defaults(arguments: list[str]) -> list[str]:
    """`arguments` with the project's folders added where none are given."""
    command = " ".join(word for word in arguments[:2] if not word.startswith("-"))
    if command not in _DEFAULTS:
        command = arguments[0] if arguments else ""
    defaults = _DEFAULTS.get(command, ())
    added = []
    for option, value in zip(defaults[::2], defaults[1::2]):
        if option not in arguments:
            added += [option, value]
    return [*arguments, *added]
