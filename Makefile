# The one list of commands. Each sets itself up in .venv; needs Python 3.11+, make and a network.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := deploy/requirements/dev.txt
READY := $(VENV)/.ready-$(shell cksum $(LOCK) pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)

FUZZ_S ?= 10

.PHONY: help setup demo test fuzz check structure day day-dates chaos soak bench-sync bench-poison bench-door bench-vision bench-coolers bench-agent bench sbom lock arm64 wheel locale clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## install everything, hash-checked, into .venv

$(READY): $(LOCK) pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("AisleOS needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes \
	  -r deploy/requirements/bootstrap.txt
	$(BIN)/uv pip sync -q --require-hashes --python $(BIN)/python $(LOCK)
	$(BIN)/uv pip install -q --offline --no-deps --no-build-isolation --python $(BIN)/python -e .
	@rm -f $(VENV)/.ready-*
	@touch $@

demo: $(READY) ## the demonstration chain, in a browser, in a minute
	$(BIN)/aisle demo $(ARGS)

test: $(READY) ## every test but the slow suites
	$(BIN)/pytest -m 'not chaos and not day' -n 2 --dist loadfile $(ARGS)

fuzz: $(READY) ## odd bytes, requests and files, FUZZ_S seconds each (10), seeded
	AISLE_FUZZ_S=$(FUZZ_S) $(BIN)/pytest tests/fuzz $(ARGS)

bench-poison: $(READY) ## what 24 devices wait beside one that sends poison; JSON on the last line
	$(BIN)/python -m tests.bench.link.bench_poison $(ARGS)

bench-door: $(READY) ## what the embedded broker's door costs beside bare amqtt; JSON on the last line
	$(BIN)/python -m tests.bench.link.bench_door $(ARGS)

check: $(READY) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

structure: $(READY) ## rooms, arrows, sizes and names, each against its bar
	$(BIN)/python -m tests.structure

day: $(READY) ## the demonstration chain, played and scored against its truth, today and another day
	$(BIN)/pytest tests/day $(ARGS)

day-dates: $(READY) ## the same on fourteen dates that are hard on calendars, one after another
	$(BIN)/python -m tests.day $(ARGS)

chaos: $(READY) ## the forty failures of the field, with real servers
	$(BIN)/pytest tests/chaos $(ARGS)

soak: $(READY) ## seeded faults over a fleet for a while, and the audit at the end
	$(BIN)/python -m tests.soak $(ARGS)

bench-sync: $(READY) ## the link beside a bare reference of the same run (ARGS=--tls: by mutual TLS, too); JSON on the last line
	$(BIN)/python -m tests.bench.link.bench_sync $(ARGS)

bench-vision: $(READY) ## seeing beside bare inference of the same run; JSON on the last line
	$(BIN)/python -m tests.bench.vision.bench_vision $(ARGS)

bench-coolers: $(READY) ## failing coolers told a day before their alarm, sound ones not; JSON on the last line
	$(BIN)/python -m tests.bench.coolers.bench_coolers $(ARGS)

bench-agent: $(READY) ## one agent with both models: memory, idle processor, bytes written a day; JSON on the last line
	$(BIN)/python -m tests.bench.agent.bench_agent $(ARGS)

bench: $(READY) ## speed and memory, beside a bare reference of the same run
	$(BIN)/python -m tests.bench $(ARGS)

COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header

lock: ## resolve the hashed lock files anew
	for extra in edge hub dev; do \
	  $(COMPILE) --extra $$extra pyproject.toml -o deploy/requirements/$$extra.txt; done
	grep '^uv==' $(LOCK) | cut -d' ' -f1 | $(COMPILE) --no-annotate - -o deploy/requirements/bootstrap.txt

arm64: $(READY) ## whether every locked dependency has a wheel for 64-bit ARM; needs a network
	$(BIN)/python deploy/arm64_wheels.py edge hub

wheel: $(READY) ## the program as one file, in dist/, for deploy/install
	$(BIN)/python -m hatchling build -t wheel

sbom: $(READY) ## CycloneDX lists of all that edge and hub are made of, with licences, into build/
	for extra in edge hub; do \
	  $(PYTHON) -m venv --without-pip build/sbom/$$extra && \
	  $(BIN)/uv pip sync -q --require-hashes --python build/sbom/$$extra/bin/python \
	    deploy/requirements/$$extra.txt && \
	  $(BIN)/cyclonedx-py environment build/sbom/$$extra --pyproject pyproject.toml --output-reproducible \
	    -o build/sbom-$$extra.json || exit 1; done

locale: $(READY) ## bring the console's words up to date
	$(BIN)/python -m cloud_hub.web.catalogue

clean: ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
