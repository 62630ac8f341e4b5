# setup, demo, test, lint, lock: nothing but python3 (3.11+), make and git is needed before.
PYTHON ?= python3
PORT ?= 8067
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export UV_LINK_MODE ?= copy

# These walk every branch of the domain and the ledger. The rest runs without counting them, which takes twice the time;
# it waits for processes and browsers as often as it computes, so there are more workers than cores.
WALKED := tests/unit tests/parts/ledger tests/parts/clocks tests/tampering tests/golden

debian = PATH="$$PATH:/usr/sbin" command -v $(1) >/dev/null || test "$$(id -u)" != 0 || \
	(apt-get update -qq && apt-get install -y -qq --no-install-recommends $(2) >/dev/null)

.PHONY: setup demo test oracles lint lock clean

setup: $(VENV)/.installed

# pip only fetches uv; uv then installs exactly what the lock file names, hash by hash.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Makegood needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12 setup" % sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: setup
	@$(BIN)/makegood demo --port $(PORT)

# Everything: what a reader complains about, then what is true. Debian's own browser and servers take part: what is missing is
# installed where that may be done (root), and where no service would be begun by it (a container).
test: lint
	@$(call debian,chromium,chromium)
	@$(call debian,mariadbd,mariadb-server-core)
	@test -d /run/systemd/system || $(call debian,sshd,openssh-server)
	@rm -rf .payloads
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile $(WALKED) --cov --cov-report=term-missing:skip-covered
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile $(WALKED:%=--ignore=%)

# What others say of what the tests left behind: Slack's published types, by the TypeScript compiler, of every payload.
oracles:
	@test -d .payloads || { echo "No payload was kept. Run make test first."; exit 1; }
	@$(call debian,node,nodejs)
	@$(call debian,npm,npm)
	@mkdir -p .oracles && cp tests/slack_types/* .oracles/
	@cd .oracles && npm install --silent --no-fund --no-audit --no-package-lock
	@cd .oracles && node check.mjs ../.payloads && node_modules/.bin/tsc -p tsconfig.json
	@cd .oracles && node schema.mjs > made.json && diff made.json schema.json

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

lock:
	@$(BIN)/uv pip compile --quiet pyproject.toml --group test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:
	@rm -rf $(VENV) .makegood .payloads .oracles
