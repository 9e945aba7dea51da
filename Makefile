# Every command sets up all that it needs, from PyPI: Python >= 3.11 and make are enough (and Java >= 17 for test-scale).
# Another Python: make PYTHON=python3.12 test
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
BENCH_INSTALLED := $(VENV)/bench-installed
# What does not go with the rest has an environment of its own.
SPARK := .venv-spark
PANDAS_2 := .venv-pandas2
PLUGINS := $(wildcard plugins/*)
PROJECTS := pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
MAKE_VENV = test -n "$(PYTHON)" || { echo "Python 3.11 or newer was not found. Install it, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 2; }; \
  $(PYTHON) -m venv
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

# How many times a process is killed in `make fire`.
FIRE ?= 200

.PHONY: demo test walk fire test-scale test-pandas2 bench lint docs install clean

demo: install
	@$(BIN)/pmp demo

test: install
	@$(BIN)/python -m pytest --cov --cov-report= -n auto --dist worksteal $(PYTEST_OPTIONS)
	@$(BIN)/coverage report --include='$(FLOORS_0_TO_2)' --fail-under=100

# The random walks over support plans, with a table of how often each step was taken and each refusal met.
walk: install
	@$(BIN)/python -m pytest -s $(PYTEST_OPTIONS) tests/register/test_plan_machine.py

# Killed, full, locked out, crowded, and fed with hostile text, for minutes where `make test` takes seconds; it prints how many kills
# were survived. For instance: make fire FIRE=1000
fire: install
	@FIRE=$(FIRE) $(BIN)/python -m pytest -n 2 $(PYTEST_OPTIONS) tests/fire

# Spark, on this machine: with what the extra `spark` brings, and Polars, through which a register's tables are read.
test-scale: $(SPARK)/installed
	@$(SPARK)/bin/python -m pytest -rs $(PYTEST_OPTIONS) tests/scale

# What meets pandas, with pandas 2.
test-pandas2: $(PANDAS_2)/installed
	@$(PANDAS_2)/bin/python -m pytest $(PYTEST_OPTIONS) $(wildcard tests/rules/test_frames*.py) tests/statistics tests/benchmarks

# For instance: make bench BENCH_OPTIONS=--quick
bench: $(BENCH_INSTALLED)
	@$(BIN)/python tests/benchmarks $(BENCH_OPTIONS)

lint: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

docs: install
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

install: $(INSTALLED)

$(INSTALLED): $(PROJECTS)
	@$(MAKE_VENV) $(VENV)
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[dev]' $(PLUGINS:%=-e ./%)
	@touch $@

# What the benchmark holds itself against; in the same environment, so that both sides run in one process.
$(BENCH_INSTALLED): $(INSTALLED)
	@$(BIN)/python $(PIP_INSTALL) -c constraints.txt -e '.[bench,bench-openfisca]'
	@touch $@

$(SPARK)/installed: $(PROJECTS)
	@$(MAKE_VENV) $(SPARK)
	@$(SPARK)/bin/python $(PIP_INSTALL) -c constraints.txt -e '.[spark,frames,testing]'
	@touch $@

# The lowest pandas and NumPy that `bench` allows, and the lowest PyArrow of `frames`, in place of what is pinned.
# They have wheels for Python 3.11 and 3.12.
$(PANDAS_2)/installed: $(PROJECTS)
	@$(MAKE_VENV) $(PANDAS_2)
	@grep -Ev '^(numpy|pandas|pyarrow)==' constraints.txt > $(PANDAS_2)/constraints.txt
	@printf '%s\n' numpy==1.26.4 pandas==2.2.3 pyarrow==17.0.0 >> $(PANDAS_2)/constraints.txt
	@$(PANDAS_2)/bin/python $(PIP_INSTALL) -c $(PANDAS_2)/constraints.txt -e '.[standard,testing,bench]' $(PLUGINS:%=-e ./%)
	@touch $@

clean:
	@rm -rf $(VENV) $(SPARK) $(PANDAS_2) build site .coverage* .mypy_cache .ruff_cache demo-register.sqlite*

FLOORS_0_TO_2 := src/pmp_core/errors.py,src/pmp_core/values/*,src/pmp_core/programme/*,src/pmp_core/rules/*,src/pmp_core/learners/*,src/pmp_core/risks/*,src/pmp_core/plans/*,src/pmp_core/measures/*,src/pmp_core/staff/*,src/pmp_core/compensation/*,src/pmp_core/outcomes/*
