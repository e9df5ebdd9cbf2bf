# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# This checkout, not a copy that may be installed in the home folder
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.venv/collections

# What was compiled once is not compiled again in each process, least of all the tests
unexport PYTHONDONTWRITEBYTECODE

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup demo check-emulator test lint fix fast unit sweep sanity units integration molecule docs links artefact smoke rulebook browser bench throttling simulation worlds lock clean

help: ## This list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## Everything that the other targets need, into .venv (they call it themselves)
	@scripts/setup

demo: setup ## Run playbooks/demo.yml against the emulator
	ANSIBLE_CALLBACK_RESULT_FORMAT=yaml scripts/with-emulator ansible-playbook -i localhost, playbooks/demo.yml

check-emulator: setup ## Run playbooks/check_service.yml against the emulator: all must be as assumed
	@date '+== %T check-emulator'
	scripts/with-emulator sh -c 'curl -fsS "$$OTC_DLI_ENDPOINT/_emulator/jobs" -d "{\"flink_jobs\": [{\"job_id\": 901}]}" && \
	  ansible-playbook -i localhost, otc.bigdata.check_service -e @tests/disposable_jobs.yml -e fail_if_not_as_assumed=true'

# Beside each other, as many tests wait more than they compute. The unit tests last, so that their number closes the output.
test: setup ## All checks and tests, but for those on other Pythons and ansible-cores
	@scripts/beside "$(MAKE) --no-print-directory sanity" "$(MAKE) --no-print-directory lint docs molecule sweep" \
	  "$(MAKE) --no-print-directory unit"

lint: setup ## Style, types, licences, changelog, documentation
	@date '+== %T lint'
	ruff check
	ruff format --check --quiet
	mypy
	yamllint --strict .
	shellcheck -x .ci/run $$(grep -l '^#!.*bash' scripts/*)
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.github-issue-forms $$(ls .github/ISSUE_TEMPLATE/*.yml | grep -v config)
	check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	! command -v actionlint > /dev/null || actionlint
	nox --no-venv -s extra-checks
	@# Not `reuse lint`, which also finds what the tests beside it write, until git has told it to pass over that
	comm -z -23 <(git ls-files -z --cached --others --exclude-standard | sort -z) <(git ls-files -z --deleted | sort -z) | \
	  xargs -0 reuse lint-file
	antsibull-changelog lint
	@# It checks a copy, and would put a path from this checkout to that copy into each page if it found the checkout, too
	env -u ANSIBLE_COLLECTIONS_PATH ANSIBLE_COLLECTIONS_SCAN_SYS_PATH=false \
	  antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
	@# Modules of awx.awx are looked at where they are there
	ANSIBLE_COLLECTIONS_PATH="$$ANSIBLE_COLLECTIONS_PATH:$$(scripts/awx-collection)" ansible-lint

fix: setup ## Let ruff fix what it can
	ruff check --fix
	ruff format

sanity: CORE =
sanity: SKIP =
sanity: setup ## ansible-test sanity, for all Pythons found; with another ansible-core, for its own: make sanity CORE=2.16
	@date '+== %T sanity $(CORE)'
	$(if $(CORE),scripts/with-core $(CORE)) scripts/ansible-test sanity --local --color no $(SKIP:%=--skip-test %) \
	  $(if $(CORE),--python "$$(scripts/with-core $(CORE) python -c 'import sys; print(*sys.version_info[:2], sep=".")')")

SWEEP = tests/unit/plugins/sweep tests/unit/plugins/modules/every_exception

fast: setup ## The tests that need no connection and no process, through one of the two doors
	pytest -q -n "$$(getconf _NPROCESSORS_ONLN)" --dist worksteal $(SWEEP:%=--ignore=%) -m "not real" -k "not action" \
	  tests/unit/test_*.py tests/unit/plugins/module_utils tests/unit/plugins/modules

# A worker more than there are cores, as some tests wait
unit: setup ## Unit tests with coverage, on the Python of .venv; all but those of sweep
	@date '+== %T unit'
	pytest -q -n "$$(($$(getconf _NPROCESSORS_ONLN) + 1))" --dist worksteal --cov $(SWEEP:%=--ignore=%)

sweep: setup ## Each fault at each request of all kinds of tasks, and each exception at each call of the HTTP library
	@date '+== %T sweep'
	pytest -q -n "$$(getconf _NPROCESSORS_ONLN)" --dist worksteal $(SWEEP)

# What may differ from Python to Python: syntax, the standard library, TLS, how a module starts and ends. Which request a job
# gets, or which credential counts, does not, so `make unit` asks that on one Python; the integration tests ask it once more on the oldest.
units: PURE = %/test_clouds_yaml.py %/test_identity.py
units: UNITS = $(patsubst tests/unit/plugins/%,%,$(filter-out $(PURE),$(wildcard tests/unit/plugins/module_utils/test_*.py))) modules/test_access_key.py modules/test_cloud.py modules/test_messages.py modules/test_start.py modules/test_tls.py
units: ONLY =
units: setup ## A choice of the unit tests, on all Pythons found; on one of them: make units ONLY=3.9
	@date '+== %T units $(ONLY)'
	scripts/ansible-test units --venv --color no $(if $(ONLY),--python $(ONLY)) $(UNITS:%=tests/unit/plugins/%)

integration: setup ## Playbooks with each module: in process, and as modules on the oldest Python found
	@date '+== %T integration'
	scripts/ansible-test integration --venv --color no
	scripts/ansible-test integration --color no --controller origin:python=venv/default \
	  --target "controller:python=venv/$$(. scripts/pythons.sh && first_python 3.9 3.10 3.11 3.12 3.13 3.14)"

molecule: setup ## Scenarios of playbooks, each run twice against an emulator
	@date '+== %T molecule'
	molecule test --all --report

docs: setup ## The pages of the documentation, as on docs.ansible.com
	@date '+== %T docs'
	scripts/docs

links: setup ## Whether the links of the documentation to other sites work, which needs the internet
	@date '+== %T links'
	scripts/docs --external

artefact: setup ## Build the collection, look at what is in it, and install it into .cache/artefact
	@date '+== %T artefact'
	scripts/artefact

smoke: CORES = 2.16 2.18 2.19 newest
smoke: setup ## All that was installed by `make artefact`, on several ansible-cores
	@date '+== %T smoke'
	scripts/smoke $(CORES)

bench: N = 1000
bench: RUNS = 5
bench: ROWS =
bench: setup ## Speed, requests and memory against the goals; the short form: make bench N=50 RUNS=1
	@python -m ansible_collections.otc.bigdata.tests.bench --jobs $(N) --runs $(RUNS) $(ROWS)

worlds: N = 20000
worlds: FROM = 0
worlds: setup ## Random tasks in random worlds, on all cores: make worlds N=1000000 FROM=20500; one of them: make worlds SEED=4711
	@python -m ansible_collections.otc.bigdata.tests.unit.utils.random_worlds \
	  $(if $(SEED),--number 1 --first $(SEED),--number $(N) --first $(FROM))

throttling: setup ## Many tasks at once against one gateway: what gets through, and what is sent in vain
	@python -m ansible_collections.otc.bigdata.tests.bench.throttling

simulation: setup ## 10,000 clusters and one gateway: how long, how many tasks at once, where it breaks
	@python -m ansible_collections.otc.bigdata.tests.bench.simulation

browser: setup ## The HTML report in Chromium, which has to be installed: widths, contrast, pages on paper
	@python -m ansible_collections.otc.bigdata.tests.browser

rulebook: setup ## The event source in the real ansible-rulebook, which needs a Java runtime
	scripts/test-rulebook

lock: setup ## Update requirements-dev.txt
	UV_SYSTEM_CERTS=true uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate \
	  --custom-compile-command 'make lock' requirements-dev.in -o requirements-dev.txt

clean: ## Remove .venv, caches and results
	rm -rf .venv .ansible .cache .hypothesis .mypy_cache .nox .pytest_cache .ruff_cache .coverage* tests/output *.tar.gz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
