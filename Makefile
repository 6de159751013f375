# `make help` lists the targets. PYTHON names another Python; PORT and HOST say where `make run` listens.
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
BIN := .venv/bin
export PORT HOST

.DEFAULT_GOAL := help
.PHONY: help run test matrix mutants fuzz check fix bench bench-faults backup restore backup-keys drill demo-reset pins audit-deps clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: ## Start Kiteline here (PORT=8000, HOST=127.0.0.1); needs only Python 3.11 or newer
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python scripts/run.py

test: ## Run all tests on the embedded PostgreSQL (ARGS="-k name" for some of them)
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python scripts/test.py $(ARGS)

matrix: ## Ask for every URL as everybody in every situation, with both locks and with each alone
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python -m tests.matrix $(ARGS)

mutants: ## Take each policy, key and permission check away, one at a time: a test must notice each
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python -m tests.mutants

fuzz: ## Send 200,000 generated requests to the API as each role (ARGS="20000" for fewer)
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python -m tests.fuzz $(ARGS)

check: ## Lint, types, architecture, migrations, translations, templates
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python scripts/check.py

fix: ## Format the code and mend what ruff can mend
	@$(PYTHON) scripts/bootstrap.py test
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: ## Measure speed and scale (bench/README.md)
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python -m bench $(ARGS)

bench-faults: ## Kill reminder workers by the thousand and compare ledgers (bench/faults/README.md)
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python -m bench.faults $(ARGS)

backup: ## Write an encrypted, verified backup of database and files (ARGS="--to FILE")
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python manage.py backup $(ARGS)

restore: ## Restore a backup into a new database (FILE=…; ARGS="--database NAME")
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python manage.py restore $(FILE) $(ARGS)

backup-keys: ## Write the keyring and the schools' keys, under a passphrase, to one file to keep apart
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python manage.py backup_keys $(ARGS)

drill: ## Back up, restore into a scratch database, compare, check the audit trail, open samples
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python manage.py backup_drill $(ARGS)

demo-reset: ## Throw the embedded database away and load the demo district afresh (SIZE=100000 pupils)
	@$(PYTHON) scripts/bootstrap.py run && exec $(BIN)/python scripts/prepare.py --reset $(if $(SIZE),--size $(SIZE))

pins: ## Write constraints.txt and the lock files with hashes, after changing a requirement
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python scripts/pins.py

audit-deps: ## Look the packages up in the databases of known holes (needs a network)
	@$(PYTHON) scripts/bootstrap.py test && exec $(BIN)/python scripts/audit_deps.py

clean: ## Remove what was built and cached; keeps .venv and the data in var/pg
	rm -rf static/dist var/staticfiles var/stamps var/log node_modules .ruff_cache .mypy_cache .pytest_cache \
		.import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
