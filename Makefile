# Everything runs in a virtual environment that make builds once, and again when the locks change.
PYTHON ?= python3
BIN := .venv/bin
MADE := .venv/.made

.PHONY: demo test torture mutants check lock benchmark pictures dictionary clean

demo: $(MADE)  ## the application on synthetic data; without a terminal, the same day as a script
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/fieldkit demo; else $(BIN)/fieldkit demo --headless; fi

test: $(MADE)  ## all tests but the long ones
	$(BIN)/pytest -n 2

torture: $(MADE)  ## the long ones: kill -9 in the middle of saves, 10,000 random histories of the sync
	$(BIN)/pytest -m torture
	$(BIN)/python -m tests.simulation 0-9999

mutants: $(MADE)  ## leave out one rule of the sync at a time, and see that a random history notices
	$(BIN)/python -m tests.simulation.hunt

check: $(MADE)  ## style, strict types, layers, nothing in the client that Windows lacks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/test_layers.py

benchmark: $(MADE)  ## ratios against baselines measured in the same run
	$(BIN)/python -m benchmarks.run

pictures: $(MADE)  ## the screens in the README, drawn from sample data
	$(BIN)/python scripts/take_pictures.py

dictionary: $(MADE)  ## train the dictionary of messages again; only for a release
	$(BIN)/python scripts/train_dictionary.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header pyproject.toml

lock: $(MADE)  ## resolve again after a change of dependencies; pins that still fit stay
	$(COMPILE) -o requirements/runtime.txt
	$(COMPILE) --extra server -o requirements/server.txt
	$(COMPILE) --extra server --group dev -o requirements/dev.txt

clean:
	rm -rf .venv .benchmarks .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'fieldkit needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo 'This Python cannot make a virtual environment.' >&2; \
		echo 'On Debian and Ubuntu: sudo apt install python3-venv' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
