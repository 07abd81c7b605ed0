# `make demo` and `make test` need Python (3.11 or newer), git and make; everything else they install into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-all bench snapshots lint clean

# Tests run side by side; one that hangs on to its worker leaves its share to the others.
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal

demo: $(READY)
	$(BIN)/ims-mcp demo

test: $(READY) lint
	$(PYTEST)

# The long tests as well, and how much of the product the tests reach.
test-all: $(READY) lint
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -q -n auto --maxprocesses 8 --dist worksteal -m 'slow or not slow'
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pyright --pythonpath $(BIN)/python --pythonplatform Windows ims_mcp examples
	$(BIN)/pyright --pythonpath $(BIN)/python --pythonplatform Darwin ims_mcp examples
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_facts.py --check

bench: $(READY)
	$(BIN)/python -m benchmarks

# Schema snapshots and the generated tables of README and docs/embedded-ims.md change by this command only.
snapshots: $(READY)
	$(BIN)/python scripts/write_snapshots.py
	$(BIN)/python scripts/write_embedded_page.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) .coverage .coverage.* .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
