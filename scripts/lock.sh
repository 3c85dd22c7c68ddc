#!/bin/sh
# Writes requirements.lock from pyproject.toml: every package with its hashes, no host name.
set -eu
cd "$(dirname "$0")/.."
uv=.tools/uv/bin/uv
[ -x "$uv" ] || uv=uv
exec "$uv" pip compile pyproject.toml --quiet --extra dev --python-version 3.10 \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
    --output-file requirements.lock "$@"
