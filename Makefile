# Two commands are enough for a newcomer: `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HSCHED := $(BIN)/hsched
UV_VERSION := 0.13.9
export PATH := $(CURDIR)/$(BIN):$(PATH)
# No library of ours calls home, whichever way it is started.
export DO_NOT_TRACK := true
export MLFLOW_DISABLE_TELEMETRY := true
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "Installing hsched into $(VENV) (about a minute the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## install everything into .venv, from the hashed lock file

.PHONY: lock
lock: ## resolve the dependencies again (writes requirements.lock)
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --extra learning --extra ui --extra postgres --extra dev pyproject.toml -o requirements.lock
