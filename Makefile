# Everything a person runs. `make help` lists it. Variables: PYTHON, PORT, CCB_PORT, SALESFORCE_PORT, ACCOUNTS, MONTHS,
# CUSTOMER360_HOME, DATABASE_URL with DATABASE_OWNER_URL, REDIS_URL, PYTEST_ARGS, TEST_WORKERS.
SHELL := /bin/sh
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
PYTEST_ARGS ?=
# The whole suite runs on every core; a narrowed run is quicker in one process.
TEST_WORKERS ?= $(if $(PYTEST_ARGS),0,auto)
PYTEST := -m pytest --numprocesses $(TEST_WORKERS) --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help run test verify lint format bench interop vendor lock docs manage clean-data environment environment-dev python

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: environment ## start Customer360 with its services, simulated CC&B and Salesforce; Ctrl-C stops it
	@exec $(VENV_PYTHON) -m customer360.development.run

test: environment-dev ## run the tests on services of their own; PYTEST_ARGS narrows them
	@$(VENV_PYTHON) $(PYTEST) $(PYTEST_ARGS)

verify: environment-dev ## the long form of test: slow tests and the deep profile of the property tests
	@$(VENV_PYTHON) $(PYTEST) -m "not interop" --hypothesis-profile=deep $(PYTEST_ARGS)

lint: environment-dev ## ruff, mypy, template format, missing migrations, Django's deployment checks
	@$(VENV_PYTHON) -m customer360.development.lint

format: environment-dev ## let ruff and djlint put the code and the templates in form
	@$(VENV_PYTHON) -m ruff check --fix --quiet . || true
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m djlint templates --reformat --quiet || true

bench: environment-dev ## measure the targets; writes build/bench.json
	@$(VENV_PYTHON) -m tests.bench

interop: environment-dev ## independent clients work with the simulators (needs Node.js)
	@$(VENV_PYTHON) -m pytest tests/interop -m interop $(PYTEST_ARGS)

docs: environment ## write the generated pages of docs/ anew
	@DEBUG=1 $(VENV_PYTHON) manage.py mapping_document
	@$(VENV_PYTHON) -m tests.sync.bad_inputs

vendor: environment ## copy Bootstrap, Inter, icons and axe-core from npm into the repository (needs Node.js)
	@$(VENV_PYTHON) -m customer360.development.vendor

lock: environment ## write requirements.txt and requirements-dev.txt anew from their .in files; ARGS=--upgrade
	@$(VENV_PYTHON) -m customer360.development.lock $(ARGS)

manage: environment ## run a manage.py command beside a running `make run`: make manage ARGS="sync all"
	@exec $(VENV_PYTHON) -m customer360.development.manage $(ARGS)

clean-data: environment ## remove the data that `make run` keeps
	@$(VENV_PYTHON) -m customer360.development.clean

environment: python
	@$(PYTHON) customer360/development/environment.py

environment-dev: python
	@$(PYTHON) customer360/development/environment.py --dev

python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Customer360: Python is missing: install Python 3.11, 3.12 or 3.13 (the packages python3 and python3-venv)," \
	    "or name it with PYTHON=/path/to/python3." >&2; exit 1; }
