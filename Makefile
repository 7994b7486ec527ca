# Two commands do everything on a machine with Python 3.11+, Node.js 20+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install
INSTALL_LOCKED := $(PIP) --require-hashes --only-binary=:all: --requirement
INSTALL_COMMAND := $(PIP) --no-deps --no-build-isolation --editable .
NODE_MODULES := frontend/node_modules/.package-lock.json
TEST_TOOLS := tests/tools/node_modules/.package-lock.json
BENCH_TOOLS := bench/tools/node_modules/.package-lock.json

# What demo, serve and preview take from the command line: make demo PORT=8080 ADMIN_EMAIL=me@example.com CONFIG="key=value …"
PORT ?=
ADMIN_EMAIL ?=
STATE ?=
CONFIG ?=
# How many seconds pass for the guard in one second: with 60 it runs every 15 seconds.
GUARD_CLOCK ?=
quoted = '$(subst ','\'',$1)'
SETTINGS := $(if $(ADMIN_EMAIL),--config $(call quoted,adminEmail=$(ADMIN_EMAIL))) \
  $(foreach pair,$(CONFIG),--config $(call quoted,$(pair)))
STATE_OPTION = $(if $(STATE),--state $(call quoted,$(STATE)))

.DEFAULT_GOAL := help
.PHONY: help demo serve preview smoke test test-python test-frontend coverage check fix plans bench lock clean need-python need-node

help: ## Show what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: need-node $(VENV)/.local ## Run everything on this machine and open the site (PORT=, STATE=, ADMIN_EMAIL=, GUARD_CLOCK=, CONFIG="key=value …")
	@$(BIN)/python -m local demo $(if $(PORT),--port $(PORT)) $(STATE_OPTION) $(if $(GUARD_CLOCK),--guard-clock $(GUARD_CLOCK)) $(SETTINGS)

serve: $(VENV)/.local ## Run the emulated AWS alone (PORT=, STATE=)
	@$(BIN)/python -m local serve $(if $(PORT),--port $(PORT)) $(STATE_OPTION)

preview: need-node $(VENV)/.local ## Print what the program would create, unknowns marked
	@$(BIN)/python -m local preview $(SETTINGS)

smoke: need-node $(VENV)/.dev ## Start the demo, detect once in a real browser, print the result as JSON
	@$(BIN)/python -m tests.smoke

test: check test-frontend test-python ## Run every check and every test

test-python: $(TEST_TOOLS) $(VENV)/.dev
	@$(BIN)/python -m tests.browser
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

coverage: $(TEST_TOOLS) $(VENV)/.dev ## Run the Python tests and show the lines that none of them reaches
	@$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

test-frontend: $(NODE_MODULES) $(VENV)/.dev
	@CHROMIUM="$$($(BIN)/python -m tests.browser)" npm --prefix frontend --silent test

check: $(NODE_MODULES) $(VENV)/.dev ## Report style, type and format errors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@frontend/node_modules/.bin/pyright
	@$(BIN)/python -m tests.permissions --check
	@npm --prefix frontend --silent run check

fix: $(NODE_MODULES) $(VENV)/.dev ## Repair what can be repaired by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/python -m tests.permissions
	@npm --prefix frontend --silent run fix

plans: need-node $(VENV)/.dev ## Write the reviewed plans of tests/plan anew
	@$(BIN)/python -m tests.plan.test_plan

bench: $(BENCH_TOOLS) $(VENV)/.dev ## Measure the budgets and write bench/results.json
	@$(BIN)/python -m bench

lock: $(VENV)/.dev ## Renew the hash-locked requirements (needs uv)
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header --upgrade pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header --extra local -c requirements.txt pyproject.toml -o requirements-local.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-annotate --no-header --extra local --extra dev -c requirements-local.txt pyproject.toml -o requirements-dev.txt

clean: ## Remove what was built, installed and cached
	rm -rf $(VENV) frontend/node_modules frontend/dist tests/tools/node_modules bench/tools/node_modules demo .coverage .pytest_cache .ruff_cache

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "This needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1). Install it, or name it: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

need-node:
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
	  { echo "This needs Node.js 20 or newer, and 'node' is $$(node --version 2>/dev/null || echo missing). Install it from your system's packages." >&2; exit 1; }
	@command -v npm >/dev/null || { echo "npm is missing: it comes with Node.js, or as the package 'npm'." >&2; exit 1; }

$(BIN)/python: | need-python
	@echo "Creating $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.local: requirements-local.txt | $(BIN)/python
	@echo "Installing the Python packages of the emulator (once, about 200 MB) …"
	@$(INSTALL_LOCKED) requirements-local.txt
	@$(INSTALL_COMMAND)
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(BIN)/python
	@echo "Installing the Python packages of emulator and tests (once) …"
	@$(INSTALL_LOCKED) requirements-dev.txt
	@$(INSTALL_COMMAND)
	@touch $@ $(VENV)/.local

$(NODE_MODULES): frontend/package-lock.json | need-node
	@echo "Installing the web app's packages (once) …"
	@npm --prefix frontend ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(TEST_TOOLS): tests/tools/package-lock.json | need-node
	@echo "Installing the tests' IAM simulator and header scanner (once) …"
	@npm --prefix tests/tools ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(BENCH_TOOLS): bench/tools/package-lock.json | need-node
	@echo "Installing Lighthouse for the benchmarks (once, about 185 MB) …"
	@npm --prefix bench/tools ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
