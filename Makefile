# Titan: `make run` serves the demo site, `make test` passes all tests. Both set up what they need.
SHELL := /bin/bash
PYTHON ?= python3
# What is compiled is kept, or each of a hundred programs that tests start would compile Django anew.
unexport PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS := never
export TITAN_HOME ?= $(CURDIR)/var
UV := .tools/bin/uv
VENV := .venv/bin

.PHONY: run test lint types imports test-sqlite test-postgres test-long bench bench-million bench-load messages pictures lock format clean

run: .venv/.ready
	@exec $(VENV)/titan demo

test: .venv/.ready-dev
	@$(MAKE) --no-print-directory lint types imports
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-sqlite test-postgres

test-sqlite: .venv/.ready-dev
	$(VENV)/pytest --db sqlite

test-postgres: .venv/.ready-dev
	$(VENV)/pytest --db postgres

# What is too slow for each change: many more random sites and histories, on both databases.
test-long: .venv/.ready-dev
	$(VENV)/pytest --db sqlite -m long
	$(VENV)/pytest --db postgres -m long

# The tables of docs/performance.md. make bench DB=sqlite SIZES=2000 for a quick look.
DB ?= sqlite,postgres
SIZES ?= 2000,20000,100000
bench: .venv/.ready-dev
	$(VENV)/python -m bench run --db $(DB) --sizes $(SIZES)

bench-million: .venv/.ready-dev
	$(VENV)/python -m bench run --db postgres --sizes 1000000 --parts picker,show,sweep

# Sixteen clients for two minutes against a real server. make bench-load DB=postgres SERVE="--workers 2"
SERVE ?=
PAUSE ?= 1
bench-load: .venv/.ready-dev
	$(VENV)/python -m bench load --db $(DB) --serve "$(SERVE)" --pause $(PAUSE)

lint: .venv/.ready-dev
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

types: .venv/.ready-dev
	$(VENV)/mypy

imports: .venv/.ready-dev
	$(VENV)/lint-imports

format: .venv/.ready-dev
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

# What is marked for translation goes into the catalogues; LANGUAGE=az begins a new one.
messages: .venv/.ready-dev
	$(VENV)/python -m tools.catalogues $(LANGUAGE)

# Every screen, light and dark, at 1440, 820 and 390 pixels, and what people print: var/pictures/index.html.
# ONLY="verify worker" takes those alone.
pictures: .venv/.ready-dev
	$(VENV)/python -m tests.browser.pictures $(if $(ONLY),--only $(ONLY))

lock: $(UV)
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header -q -o requirements.lock
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header -q --extra s3 -c requirements.lock -o requirements-s3.lock
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header -q --group dev -c requirements-s3.lock -o requirements-dev.lock

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis tests/oracles/node_modules

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8,<1'

.venv/pyvenv.cfg: | $(UV)
	$(UV) venv --quiet --python $(PYTHON) .venv

# The dev set contains the run set, so a ready dev environment also serves.
.venv/.ready: requirements.lock pyproject.toml | .venv/pyvenv.cfg
	@if [ ! .venv/.ready-dev -nt requirements.lock ]; then \
		rm -f .venv/.ready-dev; \
		$(UV) pip sync --quiet --python $(VENV)/python --require-hashes requirements.lock; \
	fi
	@$(UV) pip install --quiet --python $(VENV)/python --no-deps -e .
	@touch $@

.venv/.ready-dev: requirements-dev.lock pyproject.toml tests/oracles/package-lock.json | .venv/pyvenv.cfg
	npm ci --silent --prefix tests/oracles
	$(UV) pip sync --quiet --python $(VENV)/python --require-hashes requirements-dev.lock
	$(UV) pip install --quiet --python $(VENV)/python --no-deps -e .
	@touch $@ .venv/.ready
