"""`make bench`: prints each figure as soon as it is measured."""

from __future__ import annotations

import os
import platform

from bench import channels, desk, in_process, takeover, whole
from bench.report import show
from bot import settings as settings_module


def main() -> None:
    settings = settings_module.load()
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for figure in whole.measure(settings):
        show(figure)
    for figure in channels.measure(settings):
        show(figure)
    for figure in takeover.measure(settings):
        show(figure)
    for figure in desk.measure():
        show(figure)
    for figure in in_process.measure(settings):
        show(figure)
    show(whole.measure_training())
    show(whole.measure_environment())


if __name__ == "__main__":
    main()
