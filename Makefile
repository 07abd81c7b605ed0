# `make demo` and `make test` need Python (3.11 or newer), git and make; everything else they install into .venv.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-all official-suites conformance bench snapshots lint clean

# Hundreds of processes start: they must not compile every module anew, each for itself.
unexport PYTHONDONTWRITEBYTECODE

# Tests run side by side, two for each core, and what a worker has not come to is taken over by others.
SIDE_BY_SIDE := -q -n auto --maxprocesses 8 --dist worksteal
# `make -s lint` goes on beside the tests; what it says comes after them, and either failing fails both.
BESIDE_LINT = $(MAKE) --no-print-directory -s lint >$(VENV)/lint.log 2>&1 & lint=$$!; \
	code=0; $(1) || code=$$?; wait $$lint || code=$$?; cat $(VENV)/lint.log; exit $$code

demo: $(READY)
	$(BIN)/ims-mcp demo

test: $(READY)
	@$(call BESIDE_LINT,$(BIN)/python -m pytest $(SIDE_BY_SIDE))

# The slow tests as well, how much of the product the tests reach, the official suites and MCP's own.
test-all: $(READY)
	@$(call BESIDE_LINT,$(BIN)/python scripts/measure_coverage.py $(SIDE_BY_SIDE) -m 'slow or not slow')
	@$(BIN)/python scripts/official_suites.py
	@$(BIN)/python scripts/conformance.py

# Official clients, with their own tests where their packages carry them, against a fresh embedded IMS; needs registries.
official-suites: $(READY)
	$(BIN)/python scripts/official_suites.py

# Where another platform can make a difference to the types: modules of the standard library that have it in theirs.
BY_PLATFORM = $(shell grep -rlE --include='*.py' \
	'^ *(import|from) (asyncio|ctypes|errno|fcntl|grp|locale|mmap|msvcrt|multiprocessing|os|pwd|resource|select|shutil|signal|socket|ssl|stat|subprocess|sys|tempfile|termios|threading|time|tty|winreg)\b' ims_mcp examples)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/pyright --pythonpath $(BIN)/python --pythonplatform Windows $(BY_PLATFORM)
	$(BIN)/pyright --pythonpath $(BIN)/python --pythonplatform Darwin $(BY_PLATFORM)
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_facts.py --check
	$(BIN)/python scripts/build_ui.py --check

# MCP's own suite against this server over HTTP, with what it calls by name mounted; needs a registry.
conformance: $(READY)
	$(BIN)/python scripts/conformance.py

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
	rm -rf $(VENV) .coverage .coverage.* coverage.json .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
