# Every command sets up all that it needs, from PyPI: Python >= 3.11 and make are enough.
# Another Python: make PYTHON=python3.12 test
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PLUGINS := $(wildcard plugins/*)

.PHONY: demo test lint docs install clean

demo: install
	@$(BIN)/pmp demo

test: install
	@$(BIN)/python -m pytest --cov --cov-report= -n auto --dist worksteal $(PYTEST_OPTIONS)
	@$(BIN)/coverage report --include='$(FLOORS_0_TO_2)' --fail-under=100

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

docs: install
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' $(foreach p,$(PLUGINS),-e ./$(p))
	@touch $(INSTALLED)

clean:
	@rm -rf $(VENV) site .coverage* .mypy_cache .ruff_cache demo-register.sqlite*

FLOORS_0_TO_2 := src/pmp_core/errors.py,src/pmp_core/values/*,src/pmp_core/programme/*,src/pmp_core/rules/*,src/pmp_core/learners/*,src/pmp_core/risks/*,src/pmp_core/plans/*,src/pmp_core/measures/*,src/pmp_core/compensation/*,src/pmp_core/outcomes/*
