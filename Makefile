# The commands of the project. They need make, and a Python with venv and pip; `make` lists them.

PYTHON ?= python3
LOWEST_PYTHON ?= python3.10
RUN := .venv/bin/python

# Figures go into files, whatever the screen of the machine can show.
export MPLBACKEND := Agg

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help lessons lesson doctor exercise grade student reproduce test slow gradients thorough mutants \
	lowest bench notebooks lite site sitetest lint types check clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s%s\n", $$1, $$2 }' Makefile

# $(call run_lessons,files) runs lessons one after the other and stops at the first that fails.
# One thread for the linear algebra: on matrices this small, several mostly wait for each other.
define run_lessons
begin=$$(date +%s); \
for lesson in $(1); do \
	test -f "$$lesson" || { echo "There is no $$lesson; see the folder lessons/."; exit 1; }; \
	echo "=== $$lesson"; start=$$(date +%s); \
	OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(RUN) -W error "$$lesson" || { echo "=== $$lesson FAILED"; exit 1; }; \
	echo "=== $$lesson took $$(($$(date +%s) - start)) s"; \
done; \
echo "=== total $$(($$(date +%s) - begin)) s; the figures are in build/"
endef

lessons: .venv/installed ## Run every lesson, figures go to build/ (the main job)
	@$(call run_lessons,lessons/[0-9][0-9]*.py)

lesson: .venv/installed ## Run one lesson: make lesson N=05a; it waits for predictions: make lesson N=05a PREDICT=1
	@test -n "$(N)" || { echo "Which lesson? Say for instance: make lesson N=05a"; exit 1; }
	$(if $(PREDICT),@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(RUN) -W error \
		lessons/_predict.py lessons/$(N)[a-z_]*.py,@$(call run_lessons,lessons/$(N)[a-z_]*.py))

doctor: .venv/installed ## See whether this machine can run the course, and how long it will take
	@OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(RUN) lessons/_doctor.py

exercise: .venv/installed ## Check what you wrote in lessons/exercises: make exercise N=02 or N=2.2
	@$(RUN) tests/exercises/grade.py exercise

grade: .venv/installed ## Grade a folder: make grade FROM=folder REPORT=results.json [N=2.2]
	@$(RUN) tests/exercises/grade.py grade

student: .venv/installed ## Pack build/kan_numpy_student.zip: everything but solutions and mutants
	@$(RUN) tests/exercises/pack.py build/kan_numpy_student.zip

reproduce: .venv/installed ## Compute the papers' tables again; one part: make reproduce PART=toy
	OPENBLAS_NUM_THREADS=$${OPENBLAS_NUM_THREADS:-1} $(RUN) -m lessons.reproduction $(PART) $(if $(REDO),--redo)

test: .venv/installed ## Run the tests and the docstring examples; one chapter: make test CHAPTER=splines
	@test -z "$(CHAPTER)" || test -d "kan_numpy/$(CHAPTER)" || \
		{ echo "There is no chapter $(CHAPTER); see the folders of kan_numpy/."; exit 1; }
	$(RUN) -m pytest -m "not lesson and not slow and not site" $(if $(CHAPTER),tests/$(CHAPTER) kan_numpy/$(CHAPTER))

slow: .venv/installed ## Run the tests that make test leaves out: installs, wheels, long property tests
	$(RUN) -m pytest -m "slow and not lesson and not site"

gradients: .venv/installed ## Verify every gradient, and nothing else, one line each
	$(RUN) -m pytest -m gradient -v

thorough: .venv/installed ## Run tests and lessons with 1000 random examples each; takes a while
	HYPOTHESIS_PROFILE=thorough $(RUN) -m pytest -m "not site"

mutants: .venv/installed ## See whether the tests notice small changes: make mutants CHAPTER=splines SEED=1
	@test -d "kan_numpy/$(or $(CHAPTER),?)" || \
		{ echo "Say of which chapter, for instance: make mutants CHAPTER=splines"; exit 1; }
	$(RUN) tests/mutants.py $(CHAPTER) --seed $(or $(SEED),1) --count $(or $(COUNT),30)

lowest: ## Run the tests with the lowest versions that pyproject.toml allows, on Python 3.10
	"$(LOWEST_PYTHON)" -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --editable . \
		$$(sed -n '/^dependencies\|^test/s/>=/==/gp' pyproject.toml | grep -o '[a-z]*==[0-9.]*') \
		"pyparsing<3.3"  # a later one warns of names that the lowest Matplotlib uses
	.venv-lowest/bin/python -m pytest -m "not lesson and not slow and not site" -W ignore::DeprecationWarning

bench: .venv/installed ## Time a training step against the matrix products it cannot avoid
	$(RUN) tests/bench.py

notebooks: .venv/installed-site ## Every lesson as a notebook, executed and plain, in build/notebooks
	$(RUN) lessons/site/notebooks.py

lite: .venv/installed-lite ## Build JupyterLite into build/lite: lessons that run in the browser
	$(RUN) lessons/site/lite.py

site: .venv/installed-site ## Build the site into build/site, from lessons that run once more
	$(RUN) lessons/site/build.py

sitetest: .venv/installed-site ## Check build/site and build/lite, pages in Chromium included
	$(RUN) -m pytest -m site tests/site

lint: .venv/installed-dev ## Check the style of the code with ruff
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

types: .venv/installed-dev ## Check the types of the library with mypy
	$(RUN) -m mypy

check: lint types test slow lessons lite site sitetest ## Run what continuous integration runs

clean: ## Remove figures and caches; delete .venv yourself to start over
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find kan_numpy lessons tests -name __pycache__ -prune -exec rm -rf {} +

# The stamp holds the folder it was made in: a project that was moved or copied is set up again.
ifneq ($(shell cat .venv/installed 2>/dev/null),$(CURDIR))
.PHONY: .venv/installed
endif

.venv/installed: pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "There is no $(PYTHON) here. Name yours: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10) and "kan_numpy needs \
	Python 3.10 or newer, and $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" \
	% sys.version_info[:2])'
	@echo "Setting up .venv; this happens once"
	@$(RUN) -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@printf '%s\n' "$(CURDIR)" > $@

.venv/installed-dev: .venv/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test,dev]"
	@touch $@

.venv/installed-site: .venv/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test,site]"
	@touch $@

.venv/installed-lite: .venv/installed
	@$(RUN) -m pip install --quiet --disable-pip-version-check --editable ".[test,lite]"
	@touch $@
