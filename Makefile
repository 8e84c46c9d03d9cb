# Two doors: `make demo` and `make test`. Both set up what they need in .venv, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test test-long lint bench bundle texts screenshots clean

demo: $(VENV)/.desktop
	@.ci/packages qt
	@[ -z "$$DISPLAY" ] || .ci/packages xcb
	$(BIN)/sortloop demo --report build/demo/report.html build/demo/plant

test: $(VENV)/.dev
	@.ci/packages qt
	@[ "$$(id -u)" != 0 ] || .ci/packages screen  # without them the few tests under a screen are skipped
	$(BIN)/pre-commit run --all-files --show-diff-on-failure
	$(BIN)/python -m pytest -n 2 -m "not long"

test-long: $(VENV)/.dev
	$(BIN)/python -m pytest -m long

lint: $(VENV)/.dev
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

bench: $(VENV)/.dev
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks $(only)

bundle: $(VENV)/.bundle
	@.ci/packages qt
	@.ci/packages bundle
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/frozen build_spec.spec
	QT_QPA_PLATFORM=offscreen dist/sortloop/sortloop gui --self-test
	@du -sh dist/sortloop

screenshots: $(VENV)/.dev
	@.ci/packages qt
	@[ "$$(id -u)" != 0 ] || .ci/packages screen  # Chinese needs a font
	$(BIN)/python -m tests.screenshots build/screenshots

texts: $(VENV)/.dev
	@mkdir -p build
	$(BIN)/pybabel -q extract --no-default-keywords -k _ -k ngettext:1,2 --no-location --sort-output -o build/sortloop.pot desktop
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header -l zh_CN -i build/sortloop.pot -o resources/translations/zh_CN.po

clean:
	rm -rf $(VENV) build dist

$(VENV)/.desktop: pyproject.toml constraints.txt
	@.ci/packages python
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[desktop]"
	@touch $@

$(VENV)/.bundle: $(VENV)/.desktop
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[desktop,bundle]"
	@touch $@

$(VENV)/.dev: $(VENV)/.desktop
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[desktop,dev]"
	@touch $@
