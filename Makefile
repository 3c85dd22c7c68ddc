# make run     brings the assistant up and prints where to open it
# make test    the whole suite, by two processes (ARGS="-n 0": by one)      make lint   ruff and mypy
# make bench   the measurements       make eval   how well people are understood
# make eval-diet  the comparison with Rasa's DIET: an environment of its own, and hours
# make lock    after a change of the dependencies

PYTHON3 ?= python3
PORT ?= 8080
WORKERS ?= 1
BIN := .venv/bin

.PHONY: run test lint bench eval eval-diet lock install model browser clean

run: install model
	@exec $(BIN)/suluh run --port $(PORT) --workers $(WORKERS)

install:
	@$(PYTHON3) scripts/bootstrap.py

model: install
	@$(BIN)/suluh train

test: install model browser
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: install model
	@$(BIN)/python -m bench $(ARGS)

eval: install model
	@$(BIN)/python -m bench.understanding

eval-diet: install
	@$(PYTHON3) scripts/diet.py $(ARGS)

browser: install
	@$(BIN)/python scripts/find_browser.py

lock:
	@scripts/lock.sh

clean:
	rm -rf .venv .venv-diet .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
