# What a newcomer needs: `make demo` and `make test`. Only git, make and python3 (3.11 or
# newer, with venv) have to be there; everything else is installed into .venv, at the
# versions and hashes of constraints*.txt.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An upper bound that a machine's pip configuration sets would clash with our hashes.
INSTALL := PIP_CONSTRAINT= PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq --no-deps
AS_OF := 2013-09-30
# The tests start the program hundreds of times: where bytecode may not be kept, each start would
# compile it anew. (A mutant may be as old and as large as the file that it takes the place of.)
unexport PYTHONDONTWRITEBYTECODE
mutants: export PYTHONDONTWRITEBYTECODE := 1
# One more than there are processors: many of the longer tests wait for something.
WORKERS = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Options for pytest, say: make test PYTEST_ARGS="-k oracle"
PYTEST_ARGS ?=

.PHONY: help demo test test-all mutants check docs screenshots format bench lock wheel clean

help:  ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.installed  ## Audit an invented fleet against JD's memo of 2013 (in ./demo)
	@rm -rf demo
	$(BIN)/policycheck init --demo demo
	@echo
	@echo "cd demo && policycheck audit inbox/* --as-of $(AS_OF)"
	@cd demo && ../$(BIN)/policycheck audit inbox/* --as-of $(AS_OF) || test $$? -eq 1
	@echo
	@echo "The audit's exit code was 1 because there are violations: that is the demo's point."
	@echo "Go on with: cd demo && ../$(BIN)/policycheck explain PC-0001 --as-of $(AS_OF)"

test: $(VENV)/.developed  ## Run the tests that need nothing but Python
	$(BIN)/python -m pytest -n auto -m "not agents and not browser and not postgres and not root and not thorough" $(PYTEST_ARGS)

test-all: $(VENV)/.developed  ## Run every test and let none be skipped (needs Debian packages: see .ci/run)
	PYTHONPATH=tests $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -p nothing_skipped $(PYTEST_ARGS)

mutants: $(VENV)/.developed  ## Break engine and store in some hundred ways; every break must be noticed
	$(BIN)/python tests/mutants.py

check: $(VENV)/.developed  ## Lint, format, types, layers, and docs against the code
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/docs -m "not thorough"

docs: $(VENV)/.developed  ## Write docs/cli.md, readers.md and tables of policies.md anew from the program
	$(BIN)/python docs/make_cli.py
	$(BIN)/python docs/make_readers.py
	$(BIN)/python docs/make_policies.py

screenshots: $(VENV)/.developed  ## Take docs/images/*.png anew (needs Debian's chromium)
	$(BIN)/python docs/make_images.py

format: $(VENV)/.developed  ## Put the code into its form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.developed  ## Measure (about ten minutes, 3 GB of disk); writes benchmarks/*.md
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/breakdown.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/workbook.py

lock:  ## Resolve the dependencies anew into constraints*.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -qq uv
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCK) -o constraints.txt
	$(BIN)/uv pip compile pyproject.toml --all-extras --group build --group dev $(LOCK) -c constraints.txt -o constraints-dev.txt

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

wheel: $(VENV)/.installed  ## Build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

clean:  ## Remove what the others made
	rm -rf $(VENV) demo dist build benchmarks/data .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "policycheck needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "no venv could be made; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# What runs policycheck: the pinned dependencies, then the package itself, in place.
$(VENV)/.installed: constraints.txt pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes --requirement constraints.txt
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

# What develops it: the same, and the tools.
$(VENV)/.developed: constraints-dev.txt $(VENV)/.installed
	$(INSTALL) --require-hashes --requirement constraints-dev.txt
	@touch $@
