# Two verbs do everything on a fresh machine with Python >= 3.11: `make demo` and `make test`.
PYTHON ?= python3
PORT ?= 8000
JOBS ?= auto
PY = .venv/bin/python
SERVICES = DATABASE_URL=$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres} BROKER_URL=$${BROKER_URL:-redis://127.0.0.1:6379/9}

.PHONY: demo test test-services test-nightly soak bench bench-full bench-quick lint lock audit permissions clean

demo: .venv/run  ## the whole application on http://127.0.0.1:8000 (PORT= for another), with people and a sandbox
	exec env PORT=$(PORT) $(PY) manage.py demo --serve

test: .venv/test  ## the whole suite on the embedded defaults
	$(PY) -m pytest -n $(JOBS) --dist loadgroup

test-services: .venv/test  ## the same on PostgreSQL and Redis
	bash .ci/services
	$(SERVICES) $(PY) -m pytest -n $(JOBS) --dist loadgroup

test-nightly: .venv/test  ## everything on both: full sizes (100,000 people), what takes long, all four looks of a page
	LOOKS=every $(PY) -m pytest -m "nightly or not nightly"
	bash .ci/services
	$(SERVICES) LOOKS=every $(PY) -m pytest -m "nightly or not nightly"

soak: .venv/test  ## real workers, random kills and faults; SECONDS= (600), SEED=, and DATABASE_URL for PostgreSQL
	$(PY) -m tests.faults.soak $(or $(SECONDS),600) $(SEED)

bench: .venv/test  ## sending beside its physical limit, pages, imports, both databases; needs PostgreSQL
	$(PY) -m bench

bench-full: .venv/test  ## the same with a million people (most of an hour): writes bench/results and the README's table
	$(PY) -m bench --size full
	$(PY) -m bench.table

bench-quick: .venv/test  ## the same on SQLite with 10,000, in a minute or two
	$(PY) -m bench --size quick

lint: .venv/test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -W error manage.py makemigrations --check --dry-run

lock:  ## writes the hashed locks anew; needs uv
	uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" -o requirements.txt pyproject.toml
	uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" --extra dev -o tests/requirements.txt pyproject.toml
	uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" -o tests/audit.txt --group audit

audit: .venv/test  ## asks for known faults of the locked packages; says so where nobody can be asked
	$(PY) -m tests.audit

permissions: .venv/test  ## writes docs/permissions.md anew from the table that the tests walk
	$(PY) -m tests.permissions

clean:  ## forgets the virtual environment, the embedded database and the demo
	rm -rf .venv run staticfiles .env *.sqlite3*

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say PYTHON=/path/to/it."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "The venv module is missing: on Debian, apt install python3-venv."; exit 1; }
	touch $@

.venv/run: requirements.txt .venv/python
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(PY) manage.py setup
	touch $@

.venv/test: tests/requirements.txt .venv/python
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.txt
	$(PY) manage.py setup
	touch $@
