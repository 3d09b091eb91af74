# The few commands people type; `make help` lists them. CI runs the same ones.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON ?= python3
VENV := .venv
OPINIONS := target/second-opinion
STAMP := $(VENV)/.installed-$(shell cksum < tests/requirements.txt 2>/dev/null | cut -d' ' -f1)

PLAN ?= events/full-load.json
SCENARIO ?=
AT ?=
SPEED ?=
NIGHTS ?=
TASK ?=
JSON ?=
MINUTES ?= 10
SEEDS ?= 200
FROM ?= 1
MIGRATIONS ?= 300
AT_A_TIME ?= 50
ARCH ?= arm64
RECORD ?=

# A build that another name of this variable asks for is not to be one for the default.
ifeq ($(origin ARCHITECTURE),command line)
$(error ARCHITECTURE is called ARCH: make $(MAKECMDGOALS) ARCH=$(ARCHITECTURE))
endif

# sam asks for a Region even where it only reads. What talks to AWS, which only schedule, runs and cancel do, is to ask in
# the Region of the person's own profile.
AS_PERSON := $(if $(filter undefined,$(origin AWS_DEFAULT_REGION)),env -u AWS_DEFAULT_REGION)
export AWS_DEFAULT_REGION ?= us-east-1
export SAM_CLI_TELEMETRY := 0
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help second-opinion clients rehearse check schema docs test lint audit unit model-check scale scale-long chaos fault-matrix fault-matrix-short soak sabotage end-to-end mutants bench fuzz template checkov tools build package schedule runs cancel report report-look fmt venv prerequisites

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

rehearse: venv ## Run a plan through the whole product on this machine: PLAN=, TASK=described.json, SCENARIO=, AT=2026-10-25T01:30, NIGHTS=, SPEED=, JSON=1
	@tests/build-quietly
	@target/debug/rehearse --plan "$(PLAN)" --scenario "$(SCENARIO)" --task "$(TASK)" --at "$(AT)" --speed "$(SPEED)" --nights "$(NIGHTS)" $(if $(JSON),--json)

check: prerequisites ## Name every fault of a plan and say what it will do, without an AWS account: PLAN=, TASK=described.json
	@cargo run -q -p check-plan -- $(if $(TASK),--task "$(TASK)") "$(PLAN)"

schema: prerequisites ## Write the JSON Schema of a plan, by which editors complete and check, to docs/plan.schema.json
	@schema="$$(cargo run -q -p check-plan -- --schema)"; printf '%s\n' "$$schema" > docs/plan.schema.json

docs: prerequisites ## Write what is generated: the findings in docs/plan.md, docs/message.schema.json and the members in docs/scenario.md
	@WRITE_DOCS=1 cargo test --package plan --test documented --quiet
	@WRITE_DOCS=1 cargo test --package migration --test schema --quiet
	@WRITE_DOCS=1 cargo test --package dms-simulator --test page --quiet

test: venv lint template tools unit clients report-look model-check scale chaos fault-matrix-short end-to-end ## Prove everything: format, lints, docs, units, every story of the model, the whole machine, the template, the tools

lint: prerequisites
	cargo fmt --all --check
	@$(PYTHON) tests/check-rooms
	@tests/check-words
	cargo clippy --workspace --all-targets --quiet -- -D warnings
	cargo check --manifest-path tests/fuzz/Cargo.toml --no-default-features --locked --target-dir target/fuzz --quiet
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	@tests/check-dependencies

checkov: prerequisites ## Hold the template against checkov's rules; installs it once, into .venv-checkov
	@[ -x .venv-checkov/bin/checkov ] || { $(PYTHON) -m venv .venv-checkov && .venv-checkov/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements-checkov.txt; }
	@.venv-checkov/bin/checkov --config-file .checkov.yaml

audit: prerequisites ## Check licences, sources, known vulnerabilities and unused dependencies; installs its two tools once
	@tests/check-dependencies --install

# The slow proofs are test targets that a plain `cargo test` leaves out. All are built for the whole workspace: with one
# package alone cargo builds the AWS SDK anew, with other features.
unit: venv
	cargo test --workspace --quiet --no-fail-fast

clients: venv ## Have boto3 and the AWS CLI use the DMS simulator, and hold its every answer against botocore's service model
	cargo build --workspace --bin dms-simulator --quiet
	@python -B tests/clients/run

model-check: prerequisites ## Explore every story of a run with the real decision, and catch the broken ones
	cargo test --workspace --test model-check --quiet

scale: prerequisites ## Up to 600 migrations at once, in virtual time: WRITE=1 writes the table in docs/performance.md
	cargo test --workspace --test scale --quiet -- $(if $(WRITE),--write)

scale-long: prerequisites ## The same, with the rows that take most of the time (some five minutes)
	cargo test --workspace --test scale --quiet -- --long

chaos: prerequisites ## Nights in which anything goes wrong, judged by a referee: SEEDS=200 from FROM=1, or SEED=n with its story, KEEP=0,3 of its events; PROFILE=proof for many
	cargo test --workspace $(call given,PROFILE,--profile) --test chaos --quiet -- $(if $(SEED),--seed "$(SEED)" $(if $(filter command line,$(origin KEEP)),--keep "$(KEEP)"),--seeds "$(SEEDS)" --from "$(FROM)")

soak: venv ## Three hundred migrations on the running product, fifty at a time, ten minutes: MIGRATIONS=300 AT_A_TIME=50
	cargo build --workspace --bins --test soak --quiet
	cargo test --workspace --test soak --quiet -- --migrations "$(MIGRATIONS)" --at-a-time "$(AT_A_TIME)"

fault-matrix: prerequisites ## Every call and every function gone wrong in every way, one at a time, with what must come of it: ONLY=text, SHOW=text with all that went on
	cargo test --workspace --test fault-matrix --quiet -- $(call given,SHOW,--show) $(call given,ONLY,--only)

# Each function, call and kind of trouble at least once, together.
fault-matrix-short: prerequisites
	cargo test --workspace --test fault-matrix --quiet -- --short

sabotage: prerequisites model-check ## Take protections out one at a time: the model and chaos must catch each, by name (half an hour; not in CI)
	@tests/sabotage

end-to-end: venv ## Prove every path through the whole machine: RECORD=folder writes what each story did
	cargo build --workspace --bins --test end-to-end --quiet
	timeout 300 target/debug/rehearse --plan events/nightly-refresh.json --speed 240 --nights 2 > target/rehearsal.log || { cat target/rehearsal.log; exit 1; }
	cargo test --workspace --test rehearse-nights --quiet
	$(if $(RECORD),RECORD="$(abspath $(RECORD))") cargo test --workspace --test end-to-end --quiet
	tests/permissions target/recorded-calls.jsonl
	tests/run-documented-commands

mutants: prerequisites ## Break the decision and the verdict hundreds of times: do the tests notice? (about an hour; CI does so once a week)
	@command -v cargo-mutants >/dev/null || { echo "cargo-mutants is missing: cargo install cargo-mutants --locked" >&2; exit 2; }
	RULES_RUNS=300 PROPTEST_CASES=64 cargo mutants --package migration --jobs 2 --no-shuffle

second-opinion: venv $(OPINIONS)/.installed ## Have others read the state machine: two validators, and the reference implementation of JSONata (needs node and npm; not in CI)
	node tests/second-opinion/definition.js
	JSONATA_EVALUATOR=$(CURDIR)/$(OPINIONS)/node_modules/jsonata cargo test --workspace --test expressions --quiet

$(OPINIONS)/.installed: tests/second-opinion/package.json tests/second-opinion/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "node and npm are missing: install them (Debian: apt-get install nodejs npm)" >&2; exit 2; }
	@mkdir -p $(OPINIONS)
	@cp $^ $(OPINIONS)
	@npm ci --prefix $(OPINIONS) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

bench: prerequisites ## How long checking takes, for mappings of 100 to 10,000 rules in every shape
	cargo bench --package check-plan --bench mappings --quiet

fuzz: prerequisites ## Throw bytes at the plan's reader: MINUTES=10 in all (needs a nightly compiler; CI does so once a week)
	@tests/fuzz/run "$(MINUTES)"

template: venv
	cfn-lint --include-checks I --template template.yaml
	sam validate --lint
	@python -B -W error -m unittest discover --quiet --start-directory tests/stack

tools: venv ## Prove the tools that build, package, schedule, list and cancel
	python3 -m unittest discover --start-directory deploy/tests --top-level-directory deploy --buffer

build: venv ## Build the functions for Lambda (sam build) and check for which processor they are: ARCH=x86_64, RELEASE_STAMP=2 for the same release again
	@deploy/build "$(ARCH)"

package: venv ## Build for both processors and make a release that deploys without Rust, in target/package
	@deploy/build arm64 target/deploy/arm64
	@deploy/build x86_64 target/deploy/x86_64
	@deploy/package target/package arm64=target/deploy/arm64 x86_64=target/deploy/x86_64 --stamp "$${RELEASE_STAMP:-}"

# What people name on make's command line, as an option of a tool. It goes through the environment, where no shell reads
# it. What else the environment holds does not count: shells and compilers have a NAME, a GROUP and an AS of their own.
given = $(if $(findstring command line,$(origin $(1))),$(2) "$$$(1)")

schedule: venv ## Print a schedule for a plan: PLAN=, CRON="0 22 ? * MON-FRI *", ZONE=, AS=cli|cloudformation|terraform, NAME=, STACK=, OUT=
	@$(AS_PERSON) deploy/schedule $(call given,PLAN,--plan) $(call given,CRON,--cron) $(call given,ZONE,--zone) \
		$(call given,AS,--as) $(call given,NAME,--name) $(call given,STACK,--stack) $(call given,OUT,--output) \
		$(call given,MACHINE,--machine-arn) $(call given,ROLE,--role-arn) $(call given,GROUP,--group) $(call given,QUEUE,--queue-arn)

runs: venv ## List the runs, newest first, with verdict or where they stand: STACK= or MACHINE=, STATUS=, SINCE=36h, LIMIT=
	@$(AS_PERSON) deploy/runs $(call given,STACK,--stack) $(call given,MACHINE,--machine) \
		$(call given,STATUS,--status) $(call given,SINCE,--since) $(call given,LIMIT,--limit)

cancel: venv ## Stop the task of a run and let the run tell it: EXECUTION=, YES=1 asks nobody
	@$(AS_PERSON) deploy/cancel $(if $(call given,YES),$(if $(filter 1,$(YES)),--yes)) $(call given,EXECUTION)

report: prerequisites ## Write a page about a run, to read and to forward: EXECUTION=document.json, OUT=target/report.html
	@cargo run -q -p report -- $(call given,OUT,--output) $(call given,EXECUTION)

report-look: prerequisites ## Draw the pages of the tests in Chromium, where there is one, into target/report
	cargo test --workspace --test pages --quiet -- stories
	@tests/look-at-report $(foreach page,rehearsed nights succeeded partly-failed paused,target/report/$(page).html)

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
