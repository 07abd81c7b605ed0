# `make demo` and `make test` need Python (3.11 or newer), git and make; everything else they install into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test bench snapshots lint clean

demo: $(READY)
	$(BIN)/ims-mcp demo

test: $(READY) lint
	$(BIN)/pytest -q

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

# Schema snapshots and the README's tables change by this command only.
snapshots: $(READY)
	$(BIN)/python scripts/write_snapshots.py

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(READY)

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
