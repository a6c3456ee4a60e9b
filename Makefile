# Two commands for everybody: `make run` and `make test`. The rest is for those who change the code.
.DEFAULT_GOAL := help
.PHONY: help run test crash check format lock bench clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

run: $(VENV)/.run ## install what is needed, then probe a bundled sample API and write reports/
	@exec $(BIN)/probe demo $(ARGS)

test: $(VENV)/.dev browser ## install what the tests need, then run all of them
	@$(BIN)/python -m pytest -n auto $(ARGS)

crash: $(VENV)/.dev ## kill the daemon at PROBE_KILLS random moments on each store, cut the power and the connection (half an hour)
	@PROBE_KILLS=$${PROBE_KILLS:-200} PROBE_SEED=$${PROBE_SEED:-$$(date +%s)} \
	  $(BIN)/python -m pytest -n 2 tests/crash -rP --log-level INFO --show-capture log $(ARGS)

check: $(VENV)/.dev ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## let ruff repair what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.dev ## resolve pyproject.toml again into requirements/*.lock
	@$(PIP) install uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group build pyproject.toml --output-file requirements/run.lock --upgrade
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group build --group dev --constraint requirements/run.lock pyproject.toml --output-file requirements/dev.lock --upgrade

bench: $(VENV)/.dev ## measure the budgets, each beside its reference (twelve minutes; keep the machine quiet)
	@$(BIN)/python -m bench $(ARGS)

clean: ## remove what was built (not the results)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: browser
browser: # A real Chromium for the pages: installed when we may, said aloud when not (the tests then skip visibly).
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "installing Debian's chromium for the browser tests …"; \
	  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null || \
	  echo "chromium could not be installed: the browser tests will be skipped"; \
	else \
	  echo "no chromium here, so the browser tests will be skipped. To run them: sudo apt-get install chromium"; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "probe needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing. On Debian: sudo apt-get install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.run: $(BIN)/python requirements/run.lock pyproject.toml
	@echo "installing the locked dependencies into $(VENV) …"
	@$(PIP) install --require-hashes --requirement requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python requirements/dev.lock pyproject.toml
	@echo "installing the locked development dependencies into $(VENV) …"
	@$(PIP) install --require-hashes --requirement requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run
