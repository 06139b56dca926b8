# Everything is done by config/bench, which needs nothing but Python.
PYTHON ?= python3
BENCH = $(PYTHON) config/bench

.PHONY: start stop demo pictures test bench reset lock

start: ## install what is missing, make the demo site, run everything; ARGS="web worker": only these processes
	@$(BENCH) start $(ARGS)

stop: ## stop what `make start` runs
	@$(BENCH) stop

demo: ## fill the demo site with half a year of cases; ARGS="--cases 300": with fewer, which is sooner done
	@$(BENCH) demo $(ARGS)

pictures: ## draw the pictures of docs/screens.md from the running, filled demo site; ARGS="case talk": only these
	@$(BENCH) pictures $(ARGS)

test: ## install what is missing, run every test; ARGS="unit ...", "e2e tests/... -k ...": only that part
	@$(BENCH) test $(ARGS)

bench: ## run a bench command: make bench ARGS="--site grievance.localhost console"
	@$(BENCH) bench $(ARGS)

reset: ## delete the sites and their data, after asking; ARGS="--all": what was installed as well
	@$(BENCH) reset $(ARGS)

lock: ## renew the locked versions of Python and Node packages
	@$(BENCH) lock
