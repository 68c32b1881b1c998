# Sinkron. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SCALE ?= 0.1
MONTHS ?= 2026-06 2026-07
APPROVE ?= none
FUZZ_SECONDS ?= 600
FAULTS ?= biasa
ROLE ?= pemilik
DB ?= gudang
.DEFAULT_GOAL := help
.PHONY: help demo up down month reconcile feeds test fuzz check bench migrate url paths psql evaluate train mengapa-sama lock review-export review-import export

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 15

# pip 23, which comes with Python 3.11, cannot install a hashed lock whose packages ask for extras: a current one can.
$(VENV)/ready: requirements.txt pyproject.toml
	@echo "Menyiapkan lingkungan Python di $(VENV) (sekali saja, sekitar satu menit)"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install -qq --upgrade "pip>=25.1"
	@$(RUN) -m pip install -qq --require-hashes -r requirements.txt
	@$(RUN) -m pip install -qq --no-deps -e .
	@touch $@

demo: $(VENV)/ready ## A synthetic Blora through two months, by the real scheduler; leaves the UI up (SCALE=0.1)
	@$(RUN) -m sandbox demo --scale $(SCALE) --months $(MONTHS)

up: $(VENV)/ready ## Start Postgres and Airflow, print address and logins
	@$(RUN) -m sinkron up

down: $(VENV)/ready ## Stop everything that demo or up started
	@$(RUN) -m sinkron down

month: $(VENV)/ready ## One month without a scheduler: PERIODE=YYYY-MM [APPROVE=none|publish|yes|reject]
	@$(RUN) -m sinkron month "$(PERIODE)" --approve "$(APPROVE)"

reconcile: $(VENV)/ready ## Read receipts, compare with the release that readers see, send what still waits: PERIODE=YYYY-MM
	@$(RUN) -m sinkron reconcile "$(PERIODE)"

feeds: $(VENV)/ready ## Read complaints, applications and field verifications now
	@$(RUN) -m sinkron feeds

export: $(VENV)/ready ## A release as CSV, Parquet and XLSX, however long: PERIODE=YYYY-MM [REVISI=1]
	@$(RUN) -m sinkron export "$(PERIODE)" $(if $(REVISI),--revisi "$(REVISI)")

review-export: $(VENV)/ready ## Pairs of people that somebody has to judge, for a spreadsheet: FILE=<name>.xlsx|.csv
	@$(RUN) -m sinkron review-export "$(FILE)"

review-import: $(VENV)/ready ## What was decided about them, back into the ledger: FILE=… OLEH=<who>
	@$(RUN) -m sinkron review-import "$(FILE)" --oleh "$(OLEH)"

migrate: $(VENV)/ready ## Bring the warehouse to the newest schema
	@$(RUN) -m sinkron migrate

url: $(VENV)/ready ## Print a database address: [ROLE=pemilik|baca_penuh|baca_samar|baca_ringkasan] [DB=gudang|airflow]
	@$(RUN) -m sinkron url --role $(ROLE) --db $(DB)

paths: $(VENV)/ready ## Print the folders that may hold personal data
	@$(RUN) -m sinkron paths

psql: $(VENV)/ready ## Open psql on the warehouse as its owner
	@$(RUN) -m sinkron psql

check: $(VENV)/ready ## What a machine can see of the code: style, imports, SQL, DAG policy, generated files
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check -q .
	@$(VENV)/bin/lint-imports --no-cache >/dev/null || $(VENV)/bin/lint-imports --no-cache
	@$(VENV)/bin/sqlfluff lint -q --processes 2 dbt_project
	@$(RUN) -m connectors.generate --check
	@$(VENV)/bin/pytest tests/dags/test_dag_policy.py

test: $(VENV)/ready ## All tests; they start their own Postgres, servers and Airflow
	@$(VENV)/bin/pytest tests -n auto --dist loadscope --no-loadscope-reorder --durations 20

fuzz: $(VENV)/ready ## Damaged files of every form, until the time is up: [FUZZ_SECONDS=600]
	@FUZZ_SECONDS=$(FUZZ_SECONDS) $(VENV)/bin/pytest -s --timeout 0 tests/fuzz

bench: $(VENV)/ready ## Each step beside a plain COPY of the same rows, in one run: [SCALE=0.1]
	@$(RUN) -m sandbox bench --scale $(SCALE)

evaluate: SCALE = 0.05
evaluate: MONTHS = 2
evaluate: $(VENV)/ready ## Score what the line publishes against the truth: [SCALE=0.05 MONTHS=2 FAULTS=biasa|lain|dua_kali|febrl3|febrl4]
	@$(RUN) -m sandbox evaluate --scale $(SCALE) --months $(MONTHS) --faults $(FAULTS)

train: $(VENV)/ready ## Train the linkage's model on the month that was built last: FILE=linkage/models/<name>.json
	@$(RUN) -m sinkron train "$(FILE)"

mengapa-sama: $(VENV)/ready ## Why two records of the month built last are one person or not: A=<sumber>:<id> B=<sumber>:<id>
	@$(RUN) -m sinkron mengapa-sama "$(A)" "$(B)"

lock: $(VENV)/ready ## Rewrite requirements.txt from pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
