# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# This checkout, not a copy that may be installed in the home folder
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo test lint fix unit sanity units-all bench lock clean

help: ## This list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Everything that the other targets need, into .venv (they call it themselves)
	@scripts/setup

demo: setup ## Run playbooks/demo.yml against the emulator
	ANSIBLE_CALLBACK_RESULT_FORMAT=yaml scripts/with-emulator ansible-playbook -i localhost, playbooks/demo.yml

# unit comes last, so that the number of tests closes the output
test: lint sanity unit ## All checks and tests

lint: setup ## Style, types, licences, changelog, documentation
	@date '+== %T lint'
	ruff check
	ruff format --check --quiet
	mypy
	yamllint --strict .
	shellcheck -x .ci/run scripts/ansible-test scripts/setup scripts/tree.sh scripts/with-emulator
	reuse lint --quiet
	antsibull-changelog lint
	@# It checks a copy, and would put a path from this checkout to that copy into each page if it found the checkout, too
	env -u ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_SCAN_SYS_PATH=false \
	  antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
	ansible-lint

fix: setup ## Let ruff mend what it can
	ruff check --fix
	ruff format

sanity: setup ## ansible-test sanity, for all Pythons found
	@date '+== %T sanity'
	scripts/ansible-test sanity --local --color no

unit: setup ## Unit tests with coverage, on the Python of .venv
	@date '+== %T unit'
	pytest -q -n auto --cov

units-all: setup ## Unit tests by ansible-test, on all Pythons found
	@date '+== %T units-all'
	scripts/ansible-test units --venv --color no

bench: N = 1000
bench: RUNS = 5
bench: ROWS =
bench: setup ## Speed, requests and memory against the goals; the short form: make bench N=50 RUNS=1
	@python -m ansible_collections.otc.bigdata.tests.bench --jobs $(N) --runs $(RUNS) $(ROWS)

lock: setup ## Update requirements-dev.txt
	UV_SYSTEM_CERTS=true uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate \
	  --custom-compile-command 'make lock' requirements-dev.in -o requirements-dev.txt

clean: ## Remove .venv, caches and results
	rm -rf .venv .ansible .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache .coverage* tests/output *.tar.gz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
