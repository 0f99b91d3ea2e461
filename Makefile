# Every target works alone on a fresh machine: each one builds the virtual environment it needs.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help serve test lint bench lock system

help:  ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv

serve: .venv  ## Publish the data in data/ on http://127.0.0.1:8080/
	$(BIN)/byregion serve $(ARGS)

test: .venv  ## Run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: .venv  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv  ## Measure; results go to tests/bench/results/
	$(BIN)/python -m tests.bench $(ARGS)

lock: .venv  ## Write the installed versions to constraints.txt
	$(BIN)/pip freeze --exclude-editable | grep -v '^#' > constraints.txt

system:  ## Install the Debian packages that the targets need (as root, once)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
