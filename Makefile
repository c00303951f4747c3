# Two commands are enough: `make run` and `make test`. Both may be repeated.
PYTHON ?= python3
VENV = .venv/bin/python

.PHONY: run test test-all check browser demo bench audit setup translations screenshots

run:
	@$(PYTHON) bin/setup.py
	@exec $(VENV) bin/serve.py

test:
	@$(PYTHON) bin/setup.py --dev --no-database
	@$(VENV) bin/test.py

test-all:
	@$(PYTHON) bin/setup.py --dev --no-database
	@$(VENV) bin/test.py --all

setup:
	@$(PYTHON) bin/setup.py --dev --no-database

check: setup
	@$(VENV) bin/test.py check

browser: setup
	@$(VENV) bin/test.py browser

demo:
	@$(PYTHON) bin/setup.py --no-demo
	@FLASK_APP=app $(VENV) -m flask demo --again

bench: setup
	@$(VENV) -m bench

audit: setup
	@$(VENV) -m pip_audit -r requirements.txt
	@npm audit --omit=dev

translations: setup
	@FLASK_APP=app $(VENV) -m flask translations extract
	@FLASK_APP=app $(VENV) -m flask translations check
	@FLASK_APP=app $(VENV) -m flask translations compile

screenshots: setup
	@$(VENV) bin/screenshots.py
