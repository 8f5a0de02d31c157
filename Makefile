PYTHON ?= python3
BOOTSTRAP = @$(PYTHON) marketplace/bootstrap.py

.PHONY: help run test check

help:
	@echo "make run                   start the site on 127.0.0.1:8000 (PORT=9000 for another port)"
	@echo "make test                  run every test (ARGS=\"-k gate\" goes to pytest)"
	@echo "make check                 lint, types, floors, migrations, deployment settings, templates"

run:
	$(BOOTSTRAP) run

test:
	$(BOOTSTRAP) test $(ARGS)

check:
	$(BOOTSTRAP) check
