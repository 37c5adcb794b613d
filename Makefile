# Everything a newcomer needs: `make demo`, `make test`. Each sets up what it needs and is quick the second time.

LIBTORCH := $(CURDIR)/.torch
export PKG_CONFIG_PATH := $(LIBTORCH)/pkgconfig:$(PKG_CONFIG_PATH)
SWIFT ?= swift
# Threads of libtorch in tests: results differ in their last bits with it, so tests use one number everywhere.
CONFIGURATION ?= release

.PHONY: all setup build install bridge demo test check fuzz format lint docs bench bench-check kernels gpu-bundle gpu-dry-run reference clean \
        help

all: build

help:
	@echo "make demo       learn three small tasks, accrete beside sequential LoRA (about two minutes)"
	@echo "make build      build .build/release/accrete and accrete-server"
	@echo "make install    put them under PREFIX (/usr/local), relocatable, with manual and completions: make install PREFIX=~/.local"
	@echo "make bridge     build what accrete needs to run on another libtorch: make bridge TORCH=FOLDER"
	@echo "make test       build and run all tests"
	@echo "make check      format and tests of the modules that changed since BASE (what is not committed)"
	@echo "make fuzz       give every reader of files broken ones: 450,000 inputs for each target (FUZZ_RUNS)"
	@echo "make lint docs  check the formatting; build the documentation with warnings as errors"
	@echo "make bench      speed beside PyTorch + PEFT, about an hour (installs them into .venv)"
	@echo "make bench-check  speed of this tree beside that of a commit: make bench-check BASE=COMMIT"
	@echo "make kernels    compile the GPU's kernels for three architectures, without a GPU (installs NVRTC into .nvrtc)"
	@echo "make gpu-bundle what Scripts/gpu_check takes to a machine with a GPU (docs/gpu.md); make gpu-dry-run: the same check on this CPU"
	@echo "make reference  the PyTorch reference and the goldens (installs PyTorch into .venv)"

setup:
	@Scripts/check_tools
	@python3 Scripts/install_libtorch.py

# The libraries are linked next to the binaries, which look for them there ($$ORIGIN): no rpath flags are needed.
define link_libtorch
	@bin="$$($(SWIFT) build $(1) --show-bin-path)" && for file in $(LIBTORCH)/lib/*; do ln -sf "$$file" "$$bin/"; done
endef

# A statement of what the program was built from goes beside it (docs/compare.md, "Code").
build: setup
	@mkdir -p .build && Scripts/state_sources > .build/built-from
	$(SWIFT) build --configuration release --product accrete-torch
	$(SWIFT) build --configuration release --product accrete
	$(SWIFT) build --configuration release --product accrete-server
	$(call link_libtorch,--configuration release)
	@Scripts/state_sources "$$($(SWIFT) build --configuration release --show-bin-path)" --configuration release \
	  --built-from "$$(cat .build/built-from)" --swift $(firstword $(SWIFT))
	@echo "built: .build/release/accrete and .build/release/accrete-server"

# The library accrete-torch is the bridge for the libtorch of setup; this one is for any other (docs/libtorch.md).
bridge:
	Scripts/build_bridge --torch $(TORCH)

# What is installed can be moved as a whole, and needs nothing of this folder.
PREFIX ?= /usr/local

install: build
	@Scripts/install --from "$$($(SWIFT) build --configuration release --show-bin-path)" --torch $(LIBTORCH)/lib --prefix "$(PREFIX)"

demo: build
	@.build/release/accrete demo

# Without optimization most of the tests' time goes to loops over bytes and numbers, which users never run that way: C++ is compiled
# as in a release, and so are the layers that hold these loops (Package.swift).
TEST_BUILD := --build-tests $(shell Scripts/test_flags)
test docs: export ACCRETE_OPTIMIZED := 1

test: setup
	$(SWIFT) build $(TEST_BUILD)
	$(call link_libtorch,)
	Scripts/check_fuzzing
	Scripts/check_examples
	Scripts/check_operator_stack
	Scripts/test_device_kernels
	python3 -m unittest discover --start-directory Scripts/tests
	$(SWIFT) test --skip-build --parallel
	Scripts/test_instruction_sets

# The formatting and the modules' tests of what is not committed yet, or has changed since BASE.
check: export ACCRETE_OPTIMIZED := 1
check: setup
	$(SWIFT) build $(TEST_BUILD)
	$(call link_libtorch,)
	Scripts/check_changes $(BASE)

# Speed of this tree beside that of a commit: make bench-check BASE=COMMIT.
BASE ?= HEAD
bench-check: build
	$(SWIFT) build --configuration release --product accrete-benchmark
	Scripts/bench_check --base $(BASE)

# Inputs for each target; see docs/fuzzing.md.
FUZZ_RUNS ?= 450000

fuzz: setup
	Scripts/fuzz --runs $(FUZZ_RUNS) --torch $(LIBTORCH) $(FUZZ)

FORMATTED := Package.swift Sources Tests benchmarks fuzzing/Package.swift fuzzing/Sources Examples/Package.swift Examples/Sources

format:
	$(SWIFT) format --in-place --recursive --parallel $(FORMATTED)

lint:
	$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)

docs: setup
	Scripts/check_documentation

# Warnings are errors; see docs/device-kernels.md.
kernels:
	Scripts/kernels

.venv/installed: Scripts/reference/requirements.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --requirement Scripts/reference/requirements.txt
	@touch $@

bench: build .venv/installed
	$(SWIFT) build --configuration release --product accrete-benchmark
	Scripts/bench $(BENCH)

# The bridge of setup is for the goldens, which are computed here.
gpu-bundle: setup
	$(SWIFT) build --configuration release --static-swift-stdlib --product accrete-torch
	$(call link_libtorch,--configuration release)
	Scripts/gpu_bundle $(GPU_BUNDLE)

gpu-dry-run: build .venv/installed
	$(SWIFT) build --configuration release --product accrete-device-check
	$(SWIFT) build --configuration release --product accrete-cuda-emulated
	.venv/bin/python Scripts/gpu_check --device cpu --program .build/release/accrete-device-check --out .build/gpu-dry-run.jsonl

reference: .venv/installed
	.venv/bin/python Scripts/reference/goldens.py --seedling Sources/accrete/Resources/base/seedling
	.venv/bin/python Scripts/reference/pretraining/goldens.py --logits Sources/accrete/Resources/base/sapling --out Tests/Goldens

clean:
	rm -rf .build fuzzing/.build Examples/.build
