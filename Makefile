# Two commands matter: `make demo` shows the product at work, `make test` proves it. Both set up all that they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
TOOLS := $(STAMP) $(wildcard tools/*/go.mod)

.PHONY: demo test check bench docs cluster cluster-stop tools container-tools lock metadata picture format clean

demo: tools  ## the main job, start to end, on a real API server
	$(BIN)/python -m tools.demo

test: tools  ## all tests; those of the container run where Docker does
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

check: $(STAMP)  ## format, lint, types, import contracts, workflows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PYTHON) tools/build.py actionlint
	$(BIN)/python -m tools.check_workflows

bench: tools  ## the numbers of the README, as ratios within one run
	$(BIN)/python -m tools.bench

docs: $(STAMP)  ## the documentation as a site, in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

cluster: tools  ## start the test cluster and say how to reach it; `make cluster-stop` ends it
	$(BIN)/python -m tools.cluster start

cluster-stop: $(STAMP)  ## end the test cluster
	$(BIN)/python -m tools.cluster stop

tools: $(STAMP)  ## helm, kustomize and the test cluster, built once into the user's cache
	$(PYTHON) tools/build.py

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

container-tools:  ## what the container tests need on Debian, as root
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io debootstrap

LOCK := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: $(STAMP)  ## renew the locked dependencies
	$(LOCK) --upgrade --output-file requirements.txt pyproject.toml
	$(LOCK) --upgrade --all-build-deps --only-build-deps --output-file requirements-build.txt pyproject.toml
	$(LOCK) --upgrade --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

metadata: $(STAMP)  ## write what derives from the declared inputs: action.yml and the README's tables
	$(BIN)/python -m tools.metadata

picture: $(STAMP)  ## the comment of the last demo as docs/comment.png, by Chromium
	$(BIN)/python tools/picture.py build/demo/comment-1.md docs/comment.png --open 1

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist gitops-report .coverage
