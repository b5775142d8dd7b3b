# Everything a person runs here; `make help` lists it. All targets install what they need into .venv first.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
EXTRAS ?= test,examples

.DEFAULT_GOAL := help
.PHONY: help install demo test check lint types layers docs format golden bench clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1\t\2/' | expand -t 12

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable ".[$(EXTRAS)]"
	$(BIN)/python -m compileall -q symdiff
	@touch $@

install: $(READY) ## Create .venv and install symdiff with all that tests and examples need

demo: $(READY) ## Train a classifier on handwritten digits, export its gradient, run the file with NumPy alone
	$(BIN)/python examples/digits.py

test: $(READY) ## Run all tests, doctests and the README's examples
	$(BIN)/python -m pytest -n 2

check: lint types layers docs test ## What CI runs: lint, types, layers, docs, tests

lint: $(READY) ## Style and common mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Static types
	$(BIN)/pyright symdiff

layers: $(READY) ## Imports point down only; files and functions are short
	$(BIN)/python -m pytest tests/test_layers.py

docs: $(READY) ## The README, the docs and the docstrings say what the code does
	$(BIN)/python -m pytest README.md docs symdiff

format: $(READY) ## Format the code in place
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(READY) ## Write the golden files of the tests anew; read the difference before committing it
	$(BIN)/python tests/test_errors.py
	$(BIN)/python tests/backends/test_golden.py
	$(BIN)/python tests/inspect/test_reference.py
	$(BIN)/python tests/ops/test_conventions_page.py
	$(BIN)/python -m tests.optimize.test_proofs

bench: $(READY) ## Time symdiff against hand-written NumPy and what else is installed, as ratios within one run
	$(BIN)/python benchmarks/run.py

clean: ## Remove everything that was installed or built
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .hypothesis
