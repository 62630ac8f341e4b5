# Nothing but python3 (3.11+), make and git is needed before; `make` alone lists the targets.
PYTHON ?= python3
PORT ?= 8067
# Of the tests that wait as often as they compute; more than there are processors.
WORKERS ?= 4
SCHEMAS ?= 300
TEXTS ?= 100
THROUGH_SLACK ?= 50
SEED ?= 17
MINUTES ?= 30
RATE ?= 30
SEEDS ?= 300
FIRST ?= 0
FROM ?=
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
export UV_LINK_MODE ?= copy
# A company's registry may have a certificate that only the system's store knows: uv looks there, as newer pips do.
export UV_SYSTEM_CERTS ?= 1

# Whoever keeps Python from writing down what it compiled would have each of the tests' processes compile it anew.
unexport PYTHONDONTWRITEBYTECODE

# These need neither the bot as a process of its own nor a browser.
QUICK := tests/unit tests/parts/ledger tests/parts/clocks tests/tampering tests/golden
# These of them walk every branch of the domain and the ledger. To count branches costs 2.6 times the processor, so nothing else is counted.
WALKED := $(addprefix tests/unit/,bug ledger clocks fix_flow slack) $(wildcard tests/unit/*.py) $(filter-out tests/unit,$(QUICK))
# Folders of tests that wait or compute for long are begun first, so that in the end no worker waits for one of them (tests that are
# marked as long even before). What only computes comes last.
LONG := tests/faults tests/wheel tests/browser tests/oracles tests/acceptance
REST := $(LONG) $(filter-out $(LONG) $(WALKED) tests/__pycache__ tests/unit,$(patsubst %/,%,$(wildcard tests/*/))) tests/unit

debian = PATH="$$PATH:/usr/sbin" command -v $(1) >/dev/null || test "$$(id -u)" != 0 || \
	(apt-get update -qq && apt-get install -y -qq --no-install-recommends $(2) >/dev/null)

# An older pip is told where the system's store is.
store = import ssl; paths = ssl.get_default_verify_paths(); print(paths.cafile or paths.capath or "")
fetch = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --retries 2 uv==$(UV_VERSION)

# Stories of real processes wait for seconds that a machine of few cores may not have while others run beside them.
# What failed there is named and has one try alone; a real fault fails again. More than a few are a fault by themselves.
alone = { test "$$(grep -c '::' .pytest_cache/v/cache/lastfailed)" -le 12 && echo "Each of these failed beside others and is tried alone:" && \
	grep '::' .pytest_cache/v/cache/lastfailed && $(BIN)/python -m pytest -q --last-failed -n 0; }

INTERLEAVED := $(addprefix tests/parts/ledger/,test_interleavings.py test_interleaved_leases.py test_turns_explored.py)
.PHONY: soak burst times plots help setup demo test walked pythons oracles payloads schemas faults planted rolling interleavings lint audit lock schema digests clean

help: ## lists what make can do
	@sed -nE 's/^([a-z]+):[^#]*## (.*)$$/make \1 | \2/p' $(firstword $(MAKEFILE_LIST)) | while IFS='|' read -r word what; do printf '%-15s%s\n' "$$word" "$$what"; done

setup: $(VENV)/.installed ## installs everything into .venv, as the lock file names it

# pip only fetches uv; uv then installs exactly what the lock file names, hash by hash.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Makegood needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12 setup" % sys.version.split()[0])'
	@echo "Setting up Makegood in $(VENV); the first time takes about half a minute."
	@$(PYTHON) -m venv $(VENV)
	@$(fetch) 2>$(VENV)/pip.log || PIP_CERT="$$($(BIN)/python -c '$(store)')" $(fetch) || { cat $(VENV)/pip.log; exit 1; }
	@echo "Installing the packages of requirements.lock, a dot every 2 seconds …"
	@while sleep 2; do printf .; done & dots=$$!; trap 'kill $$dots 2>/dev/null; echo' EXIT; \
		VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## runs the demo; PORT=8070 takes another port, ALONE=1 a team of one, HISTORY=1 a quarter that is over
	@$(BIN)/makegood demo --port $(PORT) $(if $(ALONE),--alone) $(if $(HISTORY),--history)

# Everything: what a reader complains about, then what is true. Debian's own browser and servers take part: what is missing is
# installed where that may be done (root), and where no service would be begun by it (a container).
test: setup ## runs every check and test
	@$(call debian,chromium,chromium)
	@$(call debian,mariadbd,mariadb-server-core)
	@test -d /run/systemd/system || $(call debian,sshd,openssh-server)
	@rm -rf .payloads .pytest_cache
	@$(MAKE) --no-print-directory -j 2 lint walked
	@rm -rf .pytest_cache
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(WALKED:%=--ignore=%) $(REST) || $(alone)

# Beside the types, which keep one processor busy for a minute.
walked: setup ## counts the branches of the domain and the ledger that tests walk
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile $(WALKED) --cov --cov-report=term-missing:skip-covered || \
		{ $(alone) && $(BIN)/coverage report --skip-covered; }

# Those of the PATH and pyenv's own; of each minor version one. Everything that is no process of its own.
pythons: ## runs the quick tests on each Python from 3.11 that is installed here
	@for minor in 11 12 13 14; do \
		python=$$(for each in python3.$$minor "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.$$minor.*/bin/python3; do \
			"$$each" -c '' 2>/dev/null && echo "$$each" && break; done); \
		test -n "$$python" || continue; \
		echo "$$($$python --version)"; \
		$(MAKE) --no-print-directory VENV=.makegood/python3.$$minor PYTHON=$$python setup && \
			.makegood/python3.$$minor/bin/python -m pytest -q -n 2 --dist loadfile -p no:cacheprovider $(QUICK) || exit 1; \
	done

times: setup ## asserts how long hostile letters take; wants a quiet machine
	@$(BIN)/python -m pytest -q -m timed tests/unit

burst: setup ## sends 300 new errors in 5 s with a restart in between, and prints when their cards came
	@$(BIN)/python -m pytest -q -s -m timed tests/faults/test_burst.py

oracles: payloads schemas times ## asks those who have no opinion of ours: the parts that follow, and the clock

# What others say of what the tests left behind: Slack's published types, by the TypeScript compiler, of every payload.
payloads: ## asks Slack's published types about every payload that the tests kept
	@test -d .payloads || { echo "No payload was kept. Run make test first."; exit 1; }
	@$(call debian,node,nodejs)
	@$(call debian,npm,npm)
	@mkdir -p .oracles && cp tests/slack_types/* .oracles/
	@cd .oracles && npm install --silent --no-fund --no-audit --no-package-lock
	@cd .oracles && node check.mjs ../.payloads && node_modules/.bin/tsc -p tsconfig.json
	@cd .oracles && node schema.mjs > made.json && diff made.json schema.json

# The dump of the database and its own log of changes say what became of a fix. A seed that fails is shrunk and comes again.
schemas: setup ## runs fixes on SCHEMAS drawn schemas a database, from SEED, THROUGH_SLACK of them in Slack, and TEXTS typed values a type
	@$(call debian,mariadbd,mariadb-server-core)
	@MAKEGOOD_SCHEMAS=$(SCHEMAS) MAKEGOOD_TEXTS=$(TEXTS) MAKEGOOD_SEED=$(SEED) MAKEGOOD_THROUGH_SLACK=$(THROUGH_SLACK) \
		$(BIN)/python -m pytest -q -s tests/oracles

soak: setup ## mixed traffic for MINUTES, RATE a second; fails where memory, handles, tasks or the file grow with time
	@$(BIN)/python -m tests.bench.soak $(MINUTES) $(RATE)

# Whole stories on real processes, struck where the seed says. FIRST=17 SEEDS=1 plays one seed again, with the same strikes.
faults: setup ## plays SEEDS seeds of stories whose processes are killed, stopped and cut off, from FIRST on; SHORT=1: as make test
	@$(BIN)/python -m tests.faults.stories.run --seeds $(SEEDS) --first $(FIRST) $(if $(SHORT),--short)

# Commits from before states carried their shape can't be rolled: they can't read what a newer one wrote.
rolling: setup ## runs a made-up next version, or the older commit FROM, beside this code on one database
	@$(BIN)/python -m tests.faults.rolling $(FROM)

interleavings: setup ## plays the ledger's locks, inbox and leases in some hundred times as many orders as make test
	@MAKEGOOD_INTERLEAVINGS=long $(BIN)/python -m pytest -q -n $(WORKERS) $(INTERLEAVED)

planted: setup ## plants faults of our own, each of which the seeded stories must find
	@$(BIN)/python -m tests.faults.stories.run --planted

lint: setup ## runs what a reader would complain about: ruff, import-linter, mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

# A package that could not be asked about is as bad as one with a hole: --strict, so that no answer never passes for a good one.
audit: setup ## asks for known security holes in what requirements.lock names; wants the internet
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.lock 2>$(VENV)/audit.log || \
		{ tail -n 1 $(VENV)/audit.log; echo \
	"Not every package is known to be safe: either the lines above name one with a hole (raise it in pyproject.toml, then make lock)," \
	"or PyPI's list of holes can't be reached from here, and then nothing was audited."; exit 1; }

plots: setup ## installs the extra [plots] beside the rest, and draws with it
	@$(BIN)/uv pip install --quiet --target .plots 'matplotlib>=3.10'
	@PYTHONPATH=.plots $(BIN)/python -m pytest -q -n 0 -m plots tests/slack/test_pictures.py

lock: ## renews requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra demo --group test --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock

schema: setup ## renews docs/postmortem.schema.json, once a field of the post-mortem has changed
	@$(BIN)/python -c 'import json; from bot.bug.retro.postmortem import schema; print(json.dumps(schema(), indent=1, ensure_ascii=False))' > docs/postmortem.schema.json

digests: ## renews the list of the shipped actions, once they were reviewed
	@cd actions && export LC_ALL=C && { sha256sum [!_]*.py 2>/dev/null || shasum -a 256 [!_]*.py; } > SHA256SUMS

clean: ## removes what make made
	@rm -rf $(VENV) .makegood .payloads .oracles
