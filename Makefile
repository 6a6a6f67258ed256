# make               the commands, libcr, the man pages and completions, in out/
# make test          everything that says whether they work
# make torture      thousands of kills of our tools at random instants
# make demo          one real computation, checkpointed and restarted
# make bench         speed, as ratios
# make test-batch    the same for batch systems: a real Grid Engine on this host (as root)
# make install       PREFIX=/usr/local DESTDIR= CAPABILITIES=  (yes: old process ids for ordinary users; docs/batch.md)
# make install-gridengine, remove-gridengine   and into, out of the Grid Engine cell of this host
# make prerequisites installs what building and testing need, where it is missing (Debian, as root)
# make clean
#
# PACKAGER=1 switches warnings-as-errors off; MSBUILDFLAGS= goes to every dotnet command.

PREFIX ?= /usr/local
DESTDIR ?=
PACKAGER ?=
CAPABILITIES ?=

OUT := $(CURDIR)/out
COMMANDS := cr_run cr_checkpoint cr_restart cr_info
DOTNET_FLAGS := -c Release -v quiet -nologo $(if $(PACKAGER),-p:Packager=true) $(MSBUILDFLAGS)
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

# What the executable is made from. Not `find src`: an editor's swap file must not start a build of a minute.
DOTNET_SOURCES := $(shell find src -name '*.cs' -o -name '*.proto' -o -name '*.csproj' -o -name '*.props' -o -name packages.lock.json) \
	Directory.Build.props Directory.Packages.props global.json .editorconfig BannedSymbols.txt
TEST_SOURCES := $(shell find tests/Blcr.Tests tests/Blcr.BatchTests tests/programs/dotnet -name '*.cs' -o -name '*.csproj' -o -name packages.lock.json)
MAN_PAGES := $(patsubst docs/man/%,out/share/man/man1/%,$(wildcard docs/man/*.1))

.PHONY: all commands libcr man completions programs test-suite test torture test-batch demo bench install install-gridengine remove-gridengine clean prerequisites \
	check-build-prerequisites check-test-prerequisites check-batch-prerequisites
.DELETE_ON_ERROR:

all: commands libcr man completions

# ---- building ---------------------------------------------------------------------------------------

commands: $(COMMANDS:%=out/bin/%)

out/bin/cr: $(DOTNET_SOURCES) | check-build-prerequisites
	dotnet publish src/Blcr.Cli $(DOTNET_FLAGS)
	@mkdir -p $(@D)
	@cp -f out/dotnet/publish/Blcr.Cli/release_linux-x64/cr $@.new && mv -f $@.new $@

$(COMMANDS:%=out/bin/%): out/bin/cr
	@ln -sfn cr $@

# libcr/Makefile puts its libraries into $(OUT)/lib and its header into $(OUT)/include.
libcr: | check-build-prerequisites
	@if [ -f libcr/Makefile ]; then $(MAKE) --no-print-directory -C libcr OUT=$(OUT); fi

man: $(MAN_PAGES)

out/share/man/man1/%.1: docs/man/%.1
	@mkdir -p $(@D)
	@cp $< $@

# bash-completion loads the file that has the name of the command.
COMPLETIONS := out/share/bash-completion/completions
completions: $(COMMANDS:%=$(COMPLETIONS)/%)

$(COMPLETIONS)/%: packaging/completions/cr.bash
	@mkdir -p $(@D)
	@cp $< $@

# ---- testing ----------------------------------------------------------------------------------------

# tests/programs/Makefile puts each program into $(OUT)/tests.
programs: libcr | check-test-prerequisites
	@if [ -f tests/programs/Makefile ]; then $(MAKE) --no-print-directory -C tests/programs OUT=$(OUT); fi

test-suite: out/dotnet/test-suite.built

out/dotnet/test-suite.built: $(DOTNET_SOURCES) $(TEST_SOURCES) | check-test-prerequisites
	dotnet build tests/Blcr.Tests $(DOTNET_FLAGS)
	dotnet build tests/programs/dotnet $(DOTNET_FLAGS)
	@touch $@

out/dotnet/test-batch.built: $(DOTNET_SOURCES) $(TEST_SOURCES) | check-test-prerequisites
	dotnet build tests/Blcr.BatchTests $(DOTNET_FLAGS)
	@touch $@

test: all programs test-suite
	@tests/run

test-batch: all out/dotnet/test-batch.built | check-batch-prerequisites
	@tests/batch/run

# Minutes of kill -9: not part of `make test`, which has a short run of it.
torture: all programs test-suite
	@tests/torture/run

demo: all
	@if [ -x demo/run ]; then demo/run; else echo "make demo: demo/run is not there yet" >&2; exit 1; fi

bench: all programs
	@if [ -x bench/run ]; then bench/run; else echo "make bench: bench/run is not there yet" >&2; exit 1; fi

# ---- the rest ---------------------------------------------------------------------------------------

install: all
	install -d '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 out/bin/cr '$(DESTDIR)$(PREFIX)/bin/cr'
	for name in $(COMMANDS); do ln -sfn cr '$(DESTDIR)$(PREFIX)/bin/'$$name; done
	install -d '$(DESTDIR)$(PREFIX)/sbin' '$(DESTDIR)$(PREFIX)/libexec/blcr'
	install -m 755 packaging/privileges/blcr-capabilities '$(DESTDIR)$(PREFIX)/sbin/'
	install -m 755 packaging/batch/blcr-* '$(DESTDIR)$(PREFIX)/libexec/blcr/'
	if [ '$(CAPABILITIES)' = yes ]; then '$(DESTDIR)$(PREFIX)/sbin/blcr-capabilities' on; fi
	for folder in lib include share; do \
		if [ -d out/$$folder ]; then install -d '$(DESTDIR)$(PREFIX)/'$$folder && \
			cp -R --preserve=mode,links out/$$folder/. '$(DESTDIR)$(PREFIX)/'$$folder/; fi; \
	done
	$(MAKE) --no-print-directory -C packaging/gridengine install DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)'

# Only what has been installed knows where it is; so Grid Engine is told afterwards, by a script that is installed too.
install-gridengine: install
	'$(PREFIX)/sbin/blcr-gridengine-install'

remove-gridengine:
	'$(PREFIX)/sbin/blcr-gridengine-remove'

clean:
	rm -rf out

prerequisites:
	@tools/prerequisites install build test batch

check-build-prerequisites:
	@tools/prerequisites check build

check-test-prerequisites:
	@tools/prerequisites check build test

check-batch-prerequisites:
	@tools/prerequisites check batch
