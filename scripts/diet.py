"""The comparison with Rasa's DIET (make eval-diet): makes `.venv-diet`, with TensorFlow, trains
and measures DIET in it, then this project's own classifier on the same examples."""

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
    run([str(python), str(DIET / "compare.py"), *sys.argv[1:]])
    ours = Path(ROOT) / ".venv" / "bin" / "python"
    sys.exit(subprocess.call([ours, "-m", "bench.diet.ours"], cwd=ROOT))


if __name__ == "__main__":
    main()
