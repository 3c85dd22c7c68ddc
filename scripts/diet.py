"""Makes `.venv-diet`, with Rasa and TensorFlow, and runs the comparison in it (make eval-diet)."""

import subprocess
import sys
from pathlib import Path

from bootstrap import ROOT, find_python, find_uv, run

VENV = Path(ROOT) / ".venv-diet"
DIET = Path(ROOT) / "bench" / "diet"


def main() -> None:
    uv = find_uv()
    python = VENV / "bin" / "python"
    if not python.exists():
        run([uv, "venv", "--quiet", "--python", find_python(uv), str(VENV)])
    # Not under the overrides of pyproject.toml, which leave TensorFlow out.
    run([uv, "pip", "sync", "--quiet", "--no-config", "--python", str(python),
         "--require-hashes", str(DIET / "requirements.lock")])  # fmt: skip
    sys.exit(subprocess.call([python, DIET / "compare.py", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
