# All commands run in a virtual environment. make builds it once, and again when the locks change.
PYTHON ?= python3
BIN := .venv/bin
MADE := .venv/.made

# Where this is set, each program that a test starts would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test check torture mutants benchmark dist windows windows-test pictures fields coverage sentences dictionary lock clean

help:  ## list these targets
	@sed -n 's/^\([a-z]*\):.*  ## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(MADE)  ## the application on synthetic data; without a terminal, a working day as a script
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/fieldkit demo; else $(BIN)/fieldkit demo --headless; fi

test: $(MADE)  ## all tests except the long ones
	$(BIN)/pytest -n 3 --dist worksteal

check: $(MADE)  ## style, strict types, imports between packages, nothing that Windows lacks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/test_layers.py

torture: $(MADE)  ## the long tests: kill -9 during saves, 10,000 random histories of the sync
	$(BIN)/pytest -m torture
	$(BIN)/python -m tests.simulation 0-9999

mutants: $(MADE)  ## remove one rule of the sync at a time; a random history must notice each
	$(BIN)/python -m tests.simulation.hunt

benchmark: $(MADE)  ## speed, as ratios to baselines measured in the same run
	$(BIN)/python -m benchmarks.run

dist: $(MADE)  ## build the wheel in dist/, the one file that every computer installs
	rm -rf dist
	$(BIN)/hatchling build -t wheel

windows: $(MADE)  ## build the installer for Windows in build/windows (docs/windows.md: what to install)
	$(BIN)/python -m windows.build $(if $(INTERPRETER),--interpreter $(INTERPRETER))

windows-test: windows  ## install it under Wine and check it there
	$(BIN)/python -m windows.wine

pictures: $(MADE)  ## draw the main screens, with made-up people, in docs/pictures
	$(BIN)/python -m tests.pictures

fields: $(MADE)  ## write docs/FIELDS.md from the declarations
	$(BIN)/python scripts/write_fields.py

coverage: $(MADE)  ## write docs/COVERAGE.md: where each figure of the reviews is recorded and shown
	$(BIN)/python scripts/write_coverage.py

sentences: $(MADE)  ## collect every text a user can see in docs/sentences.txt, to read it through
	$(BIN)/python scripts/collect_sentences.py

dictionary: $(MADE)  ## train the compression dictionary of messages again; only for a release
	$(BIN)/python scripts/train_dictionary.py

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header pyproject.toml

lock: $(MADE)  ## resolve dependencies again after a change; pins that still fit stay
	$(COMPILE) --extra pdf --extra scan -o requirements/runtime.txt
	$(COMPILE) --extra server --extra pdf -o requirements/server.txt
	$(COMPILE) --extra server --extra pdf --extra scan --group dev -o requirements/dev.txt

clean:  ## remove the environment, caches and built files
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
