# Two commands for a newcomer: `make demo` and `make test`. Nothing here asks a question.

ELECTION ?= jk-2021-11-28
PORT ?= 8021
# Empty means: the one in .venv, or python3 when there is none yet.
PYTHON ?=
SHELL := /bin/sh
BIN := .venv/bin

# Kyrgyz names in files and on terminals, whatever the machine's locale is.
export LC_ALL := C.UTF-8
export PYTHONUTF8 := 1

.PHONY: help setup emulator demo test lint bench lock package deploy journey clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '%-14s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  ELECTION=small  the five-station election instead of the parliamentary one of 2021'
	@echo '  PORT=8021       where the demo answers, on the loopback only'

setup: ## the virtual environment, its libraries, Debian's browser and font
	@PYTHON='$(PYTHON)' sh requirements/setup.sh

emulator: setup ## the environment of the emulator that tests deploy to
	@PYTHON='$(PYTHON)' sh requirements/setup.sh emulator

demo: setup ## replay an election night and keep its pages up
	$(BIN)/shailoo demo --election '$(ELECTION)' --port '$(PORT)'

lint: setup ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# A file of tests stays with one worker, so that what its fixtures build is built once; two workers for two cores.
test: lint emulator ## style, types and every test
	$(BIN)/pytest -n 2 --dist loadfile

bench: setup ## the table of speeds
	$(BIN)/python -m tests.benchmarks

lock: setup ## renew the locks in requirements (wants the network)
	@sh requirements/lock.sh

package: setup ## the functions' packages for Lambda, in build/packages (wants the network the first time)
	@$(BIN)/python -m infra.package build/packages

deploy: setup ## bring STAGE=name in the cloud to infra/stages/name.toml; tells only, unless APPLY=yes
	@$(BIN)/python -m infra.deploy '$(STAGE)' $(if $(filter yes,$(APPLY)),--apply)

journey: setup ## play a night of the small election against STAGE=name as it stands in the cloud
	@$(BIN)/python -m tests.infra.journey '$(STAGE)'

clean: ## remove what tools have left, but no installation and no election
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
