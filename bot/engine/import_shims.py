"""Lets Rasa be imported without the packages that this project does not use.

Rasa 3.6 imports TensorFlow, five chat SDKs, three cloud clients and a plotting
library at module level. Two ways to do without them:

* `install_tensorflow_shim` answers for TensorFlow for the life of the process. The
  finder stands at the very end of the search, so a real TensorFlow, when installed,
  is found first and wins.
* `placeholders_for` answers for installed packages while Rasa is being imported and
  steps back afterwards: a later `import twilio` gets the real one. It takes three
  seconds and 90 MB off a worker's start (`make bench` prints both).

A placeholder can be subclassed, used as a decorator or in an annotation, which is
all that an import does with it. Calling one for a result raises, so nothing trains
on thin air.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

TENSORFLOW_PACKAGES = frozenset(
    {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"}
)


class PackageAbsent(RuntimeError):
    """Raised when code calls into a package that is only a placeholder."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is not available in this process: use the components named in config.yml."
        )


class _PlaceholderType(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__qualname__}.{name}")

    def __getitem__(cls, _item: Any) -> Any:
        return cls

    def __or__(cls, _other: Any) -> Any:
        return cls

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # `@tf.function` is handed the function; `@tf.function(...)` gives a decorator.
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        if kwargs and not args:
            return lambda decorated: decorated
        raise PackageAbsent(cls.__qualname__)


def _placeholder(name: str) -> Any:
    return _PlaceholderType(name, (Exception,), {"__module__": name.partition(".")[0]})


class _PlaceholderModule(ModuleType):
    __path__: list[str] = []
    __version__ = "0.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _placeholder(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _PlaceholderFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, packages: frozenset[str]) -> None:
        self.packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _PlaceholderModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def install_tensorflow_shim() -> None:
    """Answers for TensorFlow from now on, unless a real one is installed."""
    if not any(
        isinstance(finder, _PlaceholderFinder) and finder.packages == TENSORFLOW_PACKAGES
        for finder in sys.meta_path
    ):
        sys.meta_path.append(_PlaceholderFinder(TENSORFLOW_PACKAGES))


def tensorflow_is_shimmed() -> bool:
    """True when `tensorflow` was imported and is the placeholder."""
    return isinstance(sys.modules.get("tensorflow"), _PlaceholderModule)


@contextmanager
def placeholders_for(packages: frozenset[str]) -> Iterator[None]:
    """Within the block, importing any of `packages` gives a placeholder.

    A package that was imported before stays what it is. At the end the placeholders
    leave `sys.modules`, so the real packages can be imported afterwards.
    """
    finder = _PlaceholderFinder(packages - {name.partition(".")[0] for name in sys.modules})
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n in sys.modules if n.partition(".")[0] in finder.packages]:
            del sys.modules[name]
