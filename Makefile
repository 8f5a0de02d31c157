PYTHON ?= python3
BOOTSTRAP = @$(PYTHON) marketplace/bootstrap.py

.PHONY: help run test check bench

help:
	@echo "make run                   start the site on 127.0.0.1:8000 (PORT=9000 for another port)"
	@echo "make test                  run every test (ARGS=\"-k gate\" goes to pytest)"
	@echo "make check                 lint, types, floors, templates, deployment settings, migrations"
	@echo "make bench                 how long pages and sends take (ARGS=\"--rows 10000\")"

run:
	$(BOOTSTRAP) run

test:
	$(BOOTSTRAP) test $(ARGS)

check:
	$(BOOTSTRAP) check

bench:
	$(BOOTSTRAP) bench $(ARGS)
