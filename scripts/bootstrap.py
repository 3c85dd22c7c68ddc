"""Makes `.venv` from the lock: brings uv, finds a Python 3.10, installs what changed.

Runs on any Python 3.8 or newer that has pip or venv; called by the Makefile.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, ".tools")
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed")
WANTED = "3.10"

NO_UV = """Could not install uv, the tool that installs everything else.
Install pip for this Python (Debian: apt install python3-pip) or uv itself, then try again."""

NO_PYTHON = """No Python 3.10 was found (looked at uv's own, PATH and pyenv), and none could be
downloaded. Install one, for example with: uv python install 3.10"""


def main():
    wanted = fingerprint()
    if os.path.exists(STAMP) and open(STAMP).read() == wanted:
        return
    if os.path.exists(STAMP):
        os.remove(STAMP)
    uv = find_uv()
    python = find_python(uv)
    if not is_wanted(os.path.join(VENV, "bin", "python")):
        run([uv, "venv", "--quiet", "--clear", "--python", python, VENV])
    say("Installing the packages of requirements.lock ...")
    target = os.path.join(VENV, "bin", "python")
    # Several clients and mirrors give different hosts; the hashes say what is right.
    run([uv, "pip", "sync", "--quiet", "--python", target, "--require-hashes",
         os.path.join(ROOT, "requirements.lock")])  # fmt: skip
    run([uv, "pip", "install", "--quiet", "--python", target, "--no-deps",
         "--no-build-isolation", "--editable", ROOT])  # fmt: skip
    with open(STAMP, "w") as stamp:
        stamp.write(wanted)


def fingerprint():
    """Changes when anything that is installed changes."""
    # The folder counts, too: an environment does not survive being moved.
    digest = hashlib.sha256(ROOT.encode())
    for name in ("requirements.lock", "pyproject.toml", "scripts/bootstrap.py"):
        with open(os.path.join(ROOT, name), "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def find_uv():
    """The uv of this project, or one that is already there."""
    own = os.path.join(TOOLS, "uv", "bin", "uv")
    for candidate in (own, shutil.which("uv")):
        if candidate and works([candidate, "--version"]):
            return candidate
    say("Fetching uv ...")
    target = os.path.join(TOOLS, "uv")
    ways = (
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, "uv"],
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", target,
         "--break-system-packages", "uv"],
    )  # fmt: skip
    if not works([sys.executable, "-m", "pip", "--version"]):
        ways = (pip_of_its_own() + ["install", "--quiet", "--target", target, "uv"],)
    for way in ways:
        if works(way) and works([own, "--version"]):
            return own
    raise SystemExit(NO_UV)


def pip_of_its_own():
    """A pip in a folder of the project, for a Python that came without."""
    home = os.path.join(TOOLS, "pip")
    works([sys.executable, "-m", "venv", home])
    return [os.path.join(home, "bin", "python"), "-m", "pip"]


def find_python(uv):
    """The path of a Python 3.10."""
    for candidate in candidates(uv):
        if is_wanted(candidate):
            return candidate
    say(f"No Python {WANTED} here, asking uv to fetch one ...")
    if works([uv, "python", "install", "--quiet", WANTED]):
        found = ask([uv, "python", "find", "--managed-python", WANTED])
        if is_wanted(found):
            return found
    raise SystemExit(NO_PYTHON)


def candidates(uv):
    # A pyenv shim answers to the name of every version and then refuses: `is_wanted`
    # runs each one before it is believed.
    yield ask([uv, "python", "find", "--offline", "--no-project", WANTED])
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield os.path.join(folder, "python" + WANTED)
    home = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    versions = os.path.join(home, "versions")
    for name in sorted(os.listdir(versions), reverse=True) if os.path.isdir(versions) else ():
        if name.startswith(WANTED + "."):
            yield os.path.join(versions, name, "bin", "python")
    yield sys.executable


def is_wanted(python):
    if not python or not os.path.exists(python):
        return False
    return ask([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]) == WANTED


def ask(command):
    """The output of a command that may fail, stripped; empty when it does."""
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def works(command):
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run(command):
    if subprocess.call(command) != 0:
        raise SystemExit("This failed, its message is above: " + " ".join(command))


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
