# Two commands for people: `make demo` and `make test`. Both set up everything they need.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.PHONY: demo demo-network watch test test-long lint types house tests docs bench clean

demo: $(READY)
	$(BIN)/vigie demo $(ARGS)

demo-network: $(READY)
	$(BIN)/vigie demo-network $(ARGS)

watch: $(READY)
	PYTHON=$(BIN)/python sh tools/system-parts
	$(BIN)/python tools/watch-tour $(ARGS)

test: $(READY)
	PYTHON=$(BIN)/python sh tools/system-parts
	$(BIN)/python tools/check

test-long: $(READY)
	VIGIE_MUTATIONS=100000 HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -m "long or not long" $(ARGS)

bench: $(READY)
	$(BIN)/python bench/ingest.py
	$(BIN)/python bench/link.py

docs: $(READY)
	$(BIN)/python -m sphinx -q -W -b html docs docs/_build/html

$(READY): pyproject.toml constraints.txt hatch_build.py $(wildcard atlas/*) $(shell find ui -path ui/node_modules -prune -o -type f -print)
	$(PYTHON) tools/setup $(VENV)
	touch $@

clean:
	rm -rf $(VENV) demo network watch events.geojson events.csv docs/_build
