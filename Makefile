# The commands of daily work; `make` alone lists them.

VOTES ?= 100000
KEEP ?= 1
SILOS ?= 2
INGESTS ?= 1
FILTER ?=
SECONDS ?=
SEED ?=
FAULTS ?=
FOLLOW ?= 1
DO ?= list
LAW ?=
REPAIR ?= 0
ONCE ?= 0
SCENARIO ?= $(if $(filter 1,$(FULL)),all,core)
REPEAT ?= 5
RULES ?=
TO ?= .
RESTORE ?=
FROM ?=
export FILTER LAW TO FROM

.DEFAULT_GOAL := help
.PHONY: help demo chaos bench up down clean status test test-unit build format check-db metrics logs dead-letters microbench \
	reconcile archive backup-drill upgrade-drill alert-drill totals dashboards containers

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: ## Start a cluster, publish VOTES=100000 votes, check the totals; KEEP=0 ends by itself
	@scripts/cluster.sh demo --votes $(VOTES) --keep $(KEEP)

chaos: ## Break a cluster in every way, under load; SECONDS=120 SEED=7 FAULTS=silo-kill,pg-kill pick
	@scripts/cluster.sh chaos --seconds "$(SECONDS)" --seed "$(SEED)" --faults "$(FAULTS)"

up: ## Start a cluster of SILOS=2 and INGESTS=1, or scale the one that runs
	@scripts/cluster.sh up --silos $(SILOS) --ingests $(INGESTS)

down: ## Stop the cluster; its data stays
	@scripts/cluster.sh down

clean: ## Stop the cluster and remove its data
	@scripts/cluster.sh clean

status: ## Say what runs, and where
	@scripts/cluster.sh status

check-db: ## Compare every total with its audit rows
	@scripts/cluster.sh check-db

metrics: ## Print every metrics page
	@scripts/cluster.sh metrics

logs: ## Show the logs and follow them; FOLLOW=0 for their end alone
	@scripts/cluster.sh logs $(if $(filter 1,$(FOLLOW)),--follow)

dead-letters: ## List the dead letters; DO="show ID" shows one, DO="replay --all" sends them again
	@scripts/ops.sh dead-letters $(DO)

reconcile: ## Recount all totals, or those of LAW=id; REPAIR=1 sets wrong ones right
	@scripts/ops.sh reconcile $${LAW:+--law "$$LAW"} $(if $(filter 1,$(REPAIR)),--repair)

backup-drill: ## Back a private cluster's database up under load, lose it, restore it both ways, and check every vote
	@scripts/backup-drill.sh

upgrade-drill: ## Exchange a private cluster of the version FROM=tag for this one, one process at a time, under load
	@scripts/upgrade-drill.sh "$$FROM"

archive: ## Put the votes of the closed LAW=id into a file in TO=folder and drop their rows; RESTORE=1 brings them back
	@scripts/ops.sh archive $(if $(filter 1,$(RESTORE)),restore,create) --law "$$LAW" --folder "$$TO"

totals: ## Print the totals of LAW=id as they change, until Ctrl-C; ONCE=1 prints them once
	@scripts/ops.sh totals --law "$$LAW" $(if $(filter 1,$(ONCE)),--once)

build: ## Build everything in Release
	@scripts/build.sh

format: ## Format the code
	@dotnet format Orleans.sln

test: ## Run all tests; FILTER=name runs those with it in their name, SEED=7 in another order
	@scripts/test.sh

test-unit: ## Run the tests that need no server
	@scripts/test.sh --unit

dashboards: ## Check alerts and dashboards on a real Prometheus that scrapes a cluster; RULES=1 for promtool's tests alone
	@scripts/dashboards.sh $(if $(filter 1,$(RULES)),--rules)

alert-drill: ## Break a private cluster until a real Prometheus fires every alert, and mend it; FAULTS=silo,disk PACE=5 pick
	@FAULTS="$(FAULTS)" scripts/alert-drill.sh

containers: ## Build the Dockerfiles with buildah, run what they make, and count votes with it; needs root
	@scripts/containers.sh

microbench: ## Measure what a vote costs in memory, step by step
	@scripts/microbench.sh

bench: ## Measure it beside what one would build instead, SCENARIO=core REPEAT=5; FULL=1 for all scenarios
	@scripts/bench.sh --scenario $(SCENARIO) --repeat $(REPEAT)
