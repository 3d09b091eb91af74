# The few commands people type; `make help` lists them. CI runs the same ones.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed-$(shell cksum < tests/requirements.txt 2>/dev/null | cut -d' ' -f1)

PLAN ?= events/full-load.json
SCENARIO ?=
AT ?=
SPEED ?= 60
MINUTES ?= 10
ARCHITECTURE ?= arm64
RECORD ?=

# sam asks for a Region even where it only reads; nothing here talks to AWS.
export AWS_DEFAULT_REGION ?= us-east-1
export SAM_CLI_TELEMETRY := 0
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help jsonata rehearse check schema docs test lint audit unit model-check scale scale-long end-to-end mutants bench fuzz template build fmt venv prerequisites

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

rehearse: venv ## Run a plan through the whole product on this machine: PLAN=, SCENARIO=, AT=2026-10-25T01:30, SPEED=, NIGHTS=
	@tests/build-quietly
	@target/debug/rehearse --plan "$(PLAN)" --scenario "$(SCENARIO)" --at "$(AT)" --speed "$(SPEED)" --nights "$(NIGHTS)"

check: prerequisites ## Name every fault of a plan, without an AWS account: PLAN=
	@cargo run -q -p check-plan -- "$(PLAN)"

schema: prerequisites ## Write the JSON Schema of a plan, by which editors complete and check, to docs/plan.schema.json
	@schema="$$(cargo run -q -p check-plan -- --schema)"; printf '%s\n' "$$schema" > docs/plan.schema.json

docs: prerequisites ## Write what is generated: the findings in docs/plan.md, and docs/message.schema.json
	@WRITE_DOCS=1 cargo test --package plan --test documented --quiet
	@WRITE_DOCS=1 cargo test --package migration --test schema --quiet

test: venv lint template unit model-check scale end-to-end ## Prove everything: format, lints, docs, units, every story of the model, the whole machine, the template

lint: prerequisites
	cargo fmt --all --check
	@$(PYTHON) tests/check-rooms
	@tests/check-words
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	cargo check --manifest-path tests/fuzz/Cargo.toml --no-default-features --locked --target-dir target/fuzz --quiet
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@tests/check-dependencies

audit: prerequisites ## Check licences, sources, known vulnerabilities and unused dependencies; installs its two tools once
	@tests/check-dependencies --install

# The slow proofs are test targets that a plain `cargo test` leaves out. All are built for the whole workspace: with one
# package alone cargo builds the AWS SDK anew, with other features.
unit: venv
	cargo test --workspace --quiet --no-fail-fast

model-check: prerequisites ## Explore every story of a run with the real decision, and catch the broken ones
	cargo test --workspace --test model-check --quiet

scale: prerequisites ## Up to 600 migrations at once, in virtual time: WRITE=1 writes the table in docs/performance.md
	cargo test --workspace --test scale --quiet -- $(if $(WRITE),--write)

scale-long: prerequisites ## The same, with the rows that take most of the time (some five minutes)
	cargo test --workspace --test scale --quiet -- --long

end-to-end: venv ## Prove every path through the whole machine: RECORD=folder writes what each story did
	cargo build --workspace --bins --test end-to-end --quiet
	timeout 300 target/debug/rehearse --plan events/nightly-refresh.json --speed 240 --nights 2 > target/rehearsal.log || { cat target/rehearsal.log; exit 1; }
	$(if $(RECORD),RECORD="$(abspath $(RECORD))") cargo test --workspace --test end-to-end --quiet

mutants: prerequisites ## Break the decision and the verdict hundreds of times: do the tests notice? (about an hour, not in CI)
	@command -v cargo-mutants >/dev/null || { echo "cargo-mutants is missing: cargo install cargo-mutants --locked" >&2; exit 2; }
	RULES_RUNS=300 PROPTEST_CASES=64 cargo mutants --package migration --jobs 2 --no-shuffle

jsonata: venv ## Hold every expression of the state machine against the reference implementation of JSONata (needs node and npm)
	npm install --silent --no-save --prefix target/jsonata jsonata@2.0.6
	JSONATA_EVALUATOR=$(CURDIR)/target/jsonata/node_modules/jsonata cargo test -q --workspace --test expressions

bench: prerequisites ## How long checking takes, for mappings of 100 to 10,000 rules in every shape
	cargo bench --package check-plan --bench mappings --quiet

fuzz: prerequisites ## Throw bytes at the plan's reader: MINUTES=10 in all (needs a nightly compiler; not in CI)
	@tests/fuzz/run "$(MINUTES)"

template: venv
	cfn-lint template.yaml
	sam validate --lint

build: venv ## Build the functions for Lambda (sam build): ARCHITECTURE=x86_64
	@tests/need-target "$(if $(filter x86_64,$(ARCHITECTURE)),x86_64,aarch64)-unknown-linux-gnu"
	sam build --parameter-overrides "Architecture=$(ARCHITECTURE)"

fmt: prerequisites ## Format the code
	cargo fmt --all

venv: prerequisites $(STAMP) ## Install the Python tools into .venv

$(STAMP): tests/requirements.txt
	@echo "installing the Python tools into $(VENV), once (about a minute) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "the Python module venv is missing: install it (Debian: apt-get install python3-venv)" >&2; exit 2; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

prerequisites:
	@tests/need-tools "$(PYTHON)"
