# Two commands are enough for a newcomer: `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HSCHED := $(BIN)/hsched
UV_VERSION := 0.13.9
PACKAGES := hsched_core hsched_adapters hsched_models hsched_pipelines hsched_sandbox hsched_service hsched_cli
# Processes of the test suite; `make test TEST_WORKERS=4 TESTS=tests/unit` narrows or widens it.
TEST_WORKERS ?= 2
TESTS ?= tests
export PATH := $(CURDIR)/$(BIN):$(PATH)
# No library of ours calls home, whichever way it is started.
export DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

.PHONY: help
help: ## show this list
	@echo "hsched: make run, make test; everything else is optional."
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Installing hsched into $(VENV) (about a minute the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "hsched needs Python 3.11, 3.12 or 3.13: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## install everything into .venv, from the hashed lock file

.PHONY: lock
lock: install ## resolve the dependencies again (writes requirements.lock)
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --extra learning --extra ui --extra service --extra postgres --extra dev pyproject.toml -o requirements.lock

.PHONY: run
run: install ## a sandbox practice, the daily run and its summary; a second run re-uses what is there
	@$(HSCHED) run --sandbox-if-empty

.PHONY: ui
ui: install ## the desk, clients' pages, Dagster and MLflow on this machine; prints addresses and demo sign-ins
	@$(HSCHED) ui

.PHONY: check
check: install ## style, types, import contracts, SQL, generated docs
	@echo "ruff (lint)";      $(BIN)/ruff check --quiet $(PACKAGES) tests benchmarks
	@echo "ruff (format)";    $(BIN)/ruff format --quiet --check $(PACKAGES) tests benchmarks
	@echo "mypy --strict";    $(BIN)/mypy --no-error-summary
	@echo "import contracts"; report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }
	@echo "sqlfluff";         cd dbt_project && ../$(BIN)/sqlfluff lint --nocolor --disable-progress-bar models tests
	@echo "generated docs";   $(HSCHED) docs --check
	@echo "All checks passed."

.PHONY: format
format: install ## put the code into the house's format
	@$(BIN)/ruff check --quiet --fix $(PACKAGES) tests benchmarks
	@$(BIN)/ruff format --quiet $(PACKAGES) tests benchmarks

.PHONY: test
test: install ## the whole test suite (TESTS=tests/unit for a part)
	@$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder --durations 10 $(TESTS)

.PHONY: screenshots
screenshots: install ## take the README's pictures of the pages again, by the tests that open them (needs Chromium)
	@HSCHED_SCREENSHOTS=$(CURDIR)/docs/images HSCHED_BROWSER_WANTED=1 $(BIN)/python -m pytest --quiet tests/e2e

# Slow proofs of what the documents claim: canaries, drift. They print their figures, hence -s; they may take an hour.
PROOFS ?= tests/prove
.PHONY: prove
prove: install ## the slow proofs behind the documents' figures (PROOFS=tests/prove/test_canaries.py for one)
	@$(BIN)/python -m pytest -s --timeout 3600 $(PROOFS)

# Ratios against what a user would pick instead; they refuse to measure on a machine that others use. Figures: docs/explanation/performance.md.
PEERS := benchmarks/.venv
SIZES ?= 100000 1000000
.PHONY: peers
peers: install
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python --requirement benchmarks/requirements.txt

.PHONY: bench-peers
bench-peers: peers ## the point-in-time join against polars and Feast, in an environment of its own (SIZES="100000")
	@FEAST_USAGE=False $(PEERS)/bin/python -W ignore -m benchmarks.peers --sizes $(SIZES)

.PHONY: bench-waitlist
bench-waitlist: peers ## the waitlist's rules and assignment against plain Python and OR-Tools, in the same environment
	@$(PEERS)/bin/python -m benchmarks.waitlist

.PHONY: clean
clean: ## remove caches and build output; the practice's data in .hsched stays
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dbt_project/target dbt_project/logs build dist
	@find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
