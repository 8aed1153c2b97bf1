# make demo and make test set up what they need in .venv; nothing but Python 3.11+, git and make has to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.txt

VERSION ?=

# Bytecode is kept, beside no source file: without it each of the thousands of processes that tests start compiles all
# that it imports, a third of its CPU. Some environments forbid it for all.
export PYTHONDONTWRITEBYTECODE =
export PYTHONPYCACHEPREFIX = $(CURDIR)/$(VENV)/bytecode
# Before a command: Node.js and npm of requirements/node.txt come first on PATH.
NODE = PATH="$(CURDIR)/.node/bin:$$PATH"

.PHONY: help demo test long matrix images pipelines faults histories dates e2e-cluster lint lint-style lint-types format examples release scanners docs readme bench lock clean scale rehearse watch-proof lab-proof lab-walk load mutants installs pythons site site-material site-proof contract-proof dependencies developer-walk workloads rollouts servers-proof

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Neither demo nor test calls any program but Python, git and make.
demo: $(BIN)/.installed ## Generate demo/my-service and check it
	@$(BIN)/python -c "import shutil; shutil.rmtree('demo', ignore_errors=True)"
	$(BIN)/scaffold new my-service --defaults --output demo

test: $(BIN)/.ready ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

long: $(BIN)/.ready ## Run the tests of the gate that take longest
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m long $(PYTEST_ARGS)

matrix: $(BIN)/.ready .venv-scanners/.ready .helm/.ready ## Render hundreds of combinations of answers, and run every linter on those that hold each pair
	$(BIN)/python -m pytest -n 2 -m matrix tests/matrix $(PYTEST_ARGS)

images: $(BIN)/.ready .node/.ready ## Build and run the image of every runtime; needs Linux, root and buildah
	$(NODE) $(BIN)/python -m pytest -m images tests/e2e/test_images.py $(PYTEST_ARGS)

dependencies: $(BIN)/.ready .node/.ready ## Build services on Express, Fastify, FastAPI, chi and Java libraries, hold each against its contract, and build its image
	$(NODE) $(BIN)/python -m pytest -rs -m dependencies tests/e2e/test_dependencies_built.py tests/e2e/test_framework_services.py $(PYTEST_ARGS)

rollouts: $(BIN)/.ready .helm/.ready ## Release by blue-green, canary and header in every scenario, with Helm 3 and Helm 4
	$(BIN)/python -m pytest -rsP -m "rollouts or not rollouts" tests/e2e/test_rollouts.py $(PYTEST_ARGS)

pipelines: $(BIN)/.ready .helm/.ready .pipelines/.ready ## Run the pipelines with real runners and every scenario of a release, and write docs/what-ran-where.md
	@rm -f .pipelines/ran.jsonl
	WHAT_RAN=$(CURDIR)/.pipelines/ran.jsonl $(BIN)/python -m pytest -rs -m "pipelines or not pipelines" tests/e2e/test_scenarios.py tests/e2e/test_job_scenarios.py tests/e2e/test_worker_scenarios.py tests/e2e/test_scenarios_catch_faults.py tests/e2e/test_pipelines_run.py $(PYTEST_ARGS)
	$(BIN)/python -m tools.what_ran_where .pipelines/ran.jsonl

e2e-cluster: $(BIN)/.ready .helm/.ready ## Ask the API server that KUBECONFIG names what the tests else ask a scripted one
	$(BIN)/python -m pytest -rs --cluster -m "rollouts or not rollouts" tests/e2e/test_cluster.py tests/unit/cluster/test_control_plane_replays.py tests/e2e/test_rollouts.py::test_each_write_of_a_canary_is_accepted $(PYTEST_ARGS)

faults: $(BIN)/.ready ## Make every fault of the checks, and run all checks on each
	$(BIN)/python -m pytest -n 2 -m faults tests/e2e/test_gate_map.py $(PYTEST_ARGS)

histories: $(BIN)/.ready ## Merge thousands of random histories, with our engine and with plain Copier, and stop an update at every place
	$(BIN)/python -m pytest -s -m histories tests/unit/update/test_histories.py tests/unit/update/test_dry_runs.py tests/e2e/test_every_release_updates.py tests/e2e/test_migration_walk.py tests/e2e/test_add_environment.py tests/e2e/test_every_rung.py tests/e2e/test_climbs.py tests/e2e/test_update_is_killed.py tests/e2e/test_update_is_stopped.py $(PYTEST_ARGS)

rehearse: $(BIN)/.ready .emulator/.ready ## Apply, plan and destroy every Terraform tree of the matrix in a cloud that is a document, and a company in an emulator of AWS
	$(BIN)/python -m pytest -rs -n 2 -m rehearse tests/e2e/test_rehearse.py tests/e2e/test_platform_rehearsed.py tests/e2e/test_company_in_an_emulator.py $(PYTEST_ARGS)

load: $(BIN)/.ready ## Put load on the service of every runtime: SIGTERM, idle and half-sent connections, saturation
	$(BIN)/python -m pytest -s -m load tests/load $(PYTEST_ARGS)

mutants: $(BIN)/.ready ## Change each number, comparator, label and window of the rules: their tests must notice
	$(BIN)/python -m pytest -m mutants tests/e2e/test_mutants.py $(PYTEST_ARGS)

dates: $(BIN)/.ready ## Find what has come to its end by today: versions that are pinned, waivers of the templates
	$(BIN)/python -m pytest -m dates tests/unit/project_tools/test_versions.py tests/unit/repository/test_waivers.py tests/e2e/test_untouched_repositories.py $(PYTEST_ARGS)

contract-proof: $(BIN)/.ready .node/.ready ## Hold each runtime and each seeded fault against the contract of a service
	$(NODE) $(BIN)/python -m pytest -n 2 -m contract tests/e2e/test_contract.py $(PYTEST_ARGS)

workloads: $(BIN)/.ready ## Build, test and run jobs and workers of each runtime
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m workloads tests/e2e/test_workloads_run.py $(PYTEST_ARGS)

lab-proof: $(BIN)/.ready ## Prove every lab and exercise: red at the start and after a wrong fix, green when solved
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=20 -m lab tests/unit/lab $(PYTEST_ARGS)

developer-walk: $(BIN)/.ready ## Change a port, a name, a secret and more in a repository; read what the checks name next
	$(BIN)/python -m pytest -m developer_walk tests/e2e/test_developer_walk.py $(PYTEST_ARGS)

lab-walk: $(BIN)/.ready ## Install the wheel and do the first lab in a terminal, as its page says; read every lab as a student
	$(BIN)/python -m pytest -s -m walk tests/e2e/test_first_lab.py $(PYTEST_ARGS)
	$(BIN)/python -m pytest -n 2 -m walk tests/e2e/test_lab_transcripts.py tests/e2e/test_lab_page.py $(PYTEST_ARGS)

watch-proof: $(BIN)/.ready ## Watch a fault of each runtime's service reach the chat, and half an hour of one of them
	$(BIN)/python -m pytest -m watch tests/e2e/test_watch.py $(PYTEST_ARGS)

servers-proof: $(BIN)/.ready .servers/.ready ## Deploy to Debian servers that are really booted; needs Linux, root, debootstrap and gcc
	$(BIN)/python -m pytest -s -rs -m servers tests/e2e/test_servers.py $(PYTEST_ARGS)

scale: $(BIN)/.ready ## Check that twice the services or files take at most 2.2 times the CPU
	$(BIN)/python -m tools.scale

lint: lint-style lint-types ## Check format, style, types and the layers of the code

lint-style: $(BIN)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m tools.plain_words
	$(BIN)/python -m tools.untested_modules
	$(BIN)/python -m tools.nested_comprehensions

lint-types: $(BIN)/.ready
	$(BIN)/mypy

format: $(BIN)/.ready ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

examples: $(BIN)/.ready ## Write examples/ anew from the templates
	$(BIN)/python -m pytest -q tests/golden --update-examples

release: $(BIN)/.ready ## Put the templates as they are into the package's history: VERSION=X.Y.Z, or the newest release anew
	$(BIN)/python -m tools.release $(VERSION)
	$(BIN)/python -m pytest -q tests/golden --update-examples

scanners: $(BIN)/.ready .venv-scanners/.ready ## Run every scanner over examples/ and write docs/scanners.md
	$(BIN)/python tools/scanners.py

docs: $(BIN)/.ready ## Write docs/checks.md from the checks and their pages, docs/gate-map.md from their faults, docs/labs.md
	$(BIN)/python -m tools.checks
	$(BIN)/python -m tools.gate_map
	$(BIN)/python -m tools.lab_pages

readme: $(BIN)/.ready ## Fill the generated parts of README.md
	$(BIN)/python tools/readme.py

bench: $(BIN)/.ready ## Measure start, generation and check; fails where a limit is passed
	$(BIN)/python tools/bench.py

lock: $(BIN)/.ready ## Choose the versions of the development environment anew
	$(BIN)/python tools/lock.py $(LOCK)

installs: $(BIN)/.ready ## Install the package in each way of docs/install.md, and write seconds and sizes there
	$(BIN)/python -m tools.installs

pythons: $(BIN)/.ready ## Run the unit tests on each supported Python that this machine has
	$(BIN)/python -m tools.pythons $(PYTEST_ARGS)

site: .venv-site/.ready ## Build the documentation into build/site; a warning, a dead link or anchor fails
	$(BIN)/python -m tools.site_pages
	.venv-site/bin/zensical build --clean --strict

site-material: .venv-site/.material ## Build the same pages with Material for MkDocs, the way back from Zensical
	$(BIN)/python -m tools.site_pages
	.venv-site/bin/mkdocs build --clean --strict --site-dir build/site-material

site-proof: site ## Look at every page of the site in a browser, and type the commands of its pages
	$(BIN)/python -m pytest -m site tests/e2e/test_site.py tests/e2e/test_pages_are_typed.py $(PYTEST_ARGS)

clean: ## Remove what make has made
	rm -rf $(VENV) .venv-site .venv-scanners .emulator .pythons .helm .node .pipelines .servers demo build dist

# What a user installs, at the versions of the lock; the development environment below has it too.
$(BIN)/.installed: pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint $(LOCK) --editable '.[tools]'
	@$(BIN)/python -c "open('$@', 'w')"

# --no-compile: Python compiles what it imports, a small part of it all.
$(BIN)/.ready: pyproject.toml $(LOCK)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --requirement $(LOCK)
	@$(BIN)/python -m pip uninstall --quiet --quiet --yes scaffolder # its former name, which owns the same files
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -c "[open(stamp, 'w') for stamp in ('$@', '$(BIN)/.installed')]"

.venv-site/.ready: requirements/site.txt | $(BIN)/.ready
	$(PYTHON) -m venv .venv-site
	.venv-site/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements/site.txt
	@$(BIN)/python -c "open('$@', 'w')"

.venv-site/.material: requirements/site-material.txt | .venv-site/.ready
	.venv-site/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements/site-material.txt
	@$(BIN)/python -c "open('$@', 'w')"

.venv-scanners/.ready: requirements/scanners.txt | $(BIN)/.ready
	$(BIN)/python tools/scanners.py --install

.emulator/.ready: requirements/emulator.txt
	$(PYTHON) -m venv .emulator
	.emulator/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements/emulator.txt
	@touch $@

.servers/.ready: tests/servers/debian.sh requirements/servers.txt
	$(PYTHON) -m venv .servers/ansible
	.servers/ansible/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements/servers.txt
	bash tests/servers/debian.sh .servers/trixie
	@touch $@

.node/.ready: requirements/node.txt tools/real_node.py | $(BIN)/.ready
	$(BIN)/python tools/real_node.py

.helm/.ready: requirements/helm.txt tools/real_helm.py | $(BIN)/.ready
	$(BIN)/python tools/real_helm.py

.pipelines/.ready: requirements/pipelines.txt requirements/gitlab-ci-local/package-lock.json tools/real_runners.py | $(BIN)/.ready
	$(BIN)/python tools/real_runners.py
