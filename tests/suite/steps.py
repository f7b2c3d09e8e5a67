"""The steps of run-tests in their order; each function's first line is what --list prints."""

import glob
import os

SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
}
# Of tests/vm/guest/tests; each in a machine of its own.
MACHINE_TESTS = ("smoke", "mounts", "capabilities", "identities", "bwrap-callers", "units", "journal", "polkit",
                 "callers", "false-systems", "cores", "doctor", "restricted_hosts", "apparmor-labels",
                 "apparmor-confined-caller", "apparmor-payload", "apparmor-fail-closed", "apparmor-minimal-spawner",
                 "apparmor-minimal-sandbox", "apparmor-minimal-others", "package-install", "package-upgrade",
                 "package-remove", "package-purge", "boot")
OWN_CODE = ("daemon", "client", "tests")


def sources(run, *endings):
    """Our own C++ files of these kinds."""
    found = []
    for folder in OWN_CODE:
        for ending in endings:
            found += glob.glob(os.path.join(run.repository, folder, "**", "*" + ending), recursive=True)
    return sorted(found)


def otherBuild(run, name):
    """Other builds lie beside build/, for their objects are kept between runs as well."""
    return f"{run.build}-{name}"


def build(run):
    """builds build/ with gcc"""
    run.run("tools/build", run.build)


def layout(run):
    """the order of the folders, where libraries may be used, symbols, tables, file sizes"""
    for test in sorted(glob.glob(os.path.join(run.repository, "tests/layout/*_test.py"))):
        run.run("/usr/bin/python3", "-B", test, run.build)


def unitIn(run, directory, environment=None):
    programs = sorted(glob.glob(os.path.join(directory, "tests/unit/**/unit-tests-*"), recursive=True))
    programs = [path for path in programs if os.path.isfile(path) and os.access(path, os.X_OK)]
    if not programs:
        run.fail(f"no unit test program in {directory}")
    for program in programs:
        run.run(program, environment={**run.report(os.path.basename(program)), **(environment or {})})


def unit(run):
    """unit tests"""
    unitIn(run, run.build)


def kernel(run):
    """tests on the real kernel, as root"""
    run.run(os.path.join(run.build, "tests/kernel/kernel-tests"), root=True, environment=run.report("kernel"))


def busIn(run, directory, environment=None):
    run.run("tests/bus/run", directory, root=True,
            environment={"SANDBOXD_TEST_RESULTS": run.reports, "SANDBOXD_LOG": os.path.join(run.reports, "daemons.log"),
                         **(environment or {})})


def bus(run):
    """tests over D-Bus with real polkitd in private systems"""
    busIn(run, run.build)


def tools(run):
    """tools/private-system, and the counting of this suite"""
    run.run("/usr/bin/python3", "-B", "tests/suite/results_test.py")
    run.run("/usr/bin/python3", "-B", "tests/suite/private_system_test.py", run.build, root=True)


def quickstart(run):
    """./quickstart as a new user types it, from a directory that only root may enter"""
    run.run("/usr/bin/python3", "-B", "tests/suite/quickstart_test.py", root=True)


def bench(run):
    """tests/bench/spawn runs and ends with its ratios; what they are decides nothing"""
    run.run("/usr/bin/python3", "-B", "tests/suite/bench_test.py", run.build, root=True)


def installTree(run):
    """What this machine's build installs, or None."""
    tree = os.path.join(run.reports, "tree")
    good = run.run("meson", "install", "-C", run.build, "--no-rebuild", "--quiet", "--destdir", tree)
    return tree if good else None


def install(run):
    """meson install puts everything in its place; the units are accepted by systemd"""
    tree = installTree(run)
    if tree:
        run.run("/usr/bin/python3", "-B", "tests/suite/install_test.py", tree)
        run.run("systemd-units/verify", tree)


def xml(run):
    """the D-Bus and polkit files are well formed"""
    files = [path for pattern in ("dbus-interfaces/*.xml", "dbus-interfaces/*.conf", "polkit/*.policy")
             for path in sorted(glob.glob(os.path.join(run.repository, pattern)))]
    run.run("xmllint", "--noout", "--nonet", *files)


def apparmor(run):
    """AppArmor's parser of this machine accepts the profiles"""
    tree = installTree(run)
    if tree:
        run.run("tests/suite/apparmor", tree)


def style(run):
    """clang-format on our own files"""
    run.run("clang-format", "--dry-run", "--Werror", *sources(run, ".hpp", ".cpp"))


def clang(run):
    """builds with clang and -Werror, unit tests of that build"""
    directory = otherBuild(run, "clang")
    if run.run("tools/build", directory, "-Dwerror=true", environment={"CXX": "clang++"}):
        unitIn(run, directory)


def tidy(run):
    """clang-tidy on daemon/ and client/"""
    directory = otherBuild(run, "clang")
    if run.run("tools/build", directory, "-Dwerror=true", environment={"CXX": "clang++"}):
        run.run("/usr/bin/python3", "-B", "tests/suite/tidy.py", directory)


def sanitize(run):
    """gcc with -Werror, ASAN and UBSAN (UBSAN traps in the static half): unit and bus tests"""
    directory = otherBuild(run, "sanitize")
    # ASAN needs the shared C library.
    if run.run("tools/build", directory, "-Dwerror=true", "-Dstatic_tools=false", "-Db_sanitize=address,undefined"):
        unitIn(run, directory, SANITIZER_OPTIONS)
        busIn(run, directory, SANITIZER_OPTIONS)
        reportsOfSanitizers(run)


def reportsOfSanitizers(run):
    """A daemon that a sanitizer ended is started again, and its test may pass all the same: look at what it wrote."""
    path = os.path.join(run.reports, "daemons.log")
    with open(path, encoding="utf-8", errors="replace") as log:
        lines = [line for line in log if "Sanitizer" in line or "runtime error:" in line]
    if lines:
        run.fail("sanitizers reported in the daemons:\n" + "".join(lines))


def trixie(run):
    """Debian 13 in a chroot: gcc 14, sdbus-c++ 2; builds the packages, unit tests of that build"""
    run.run("tests/chroot/build-packages", "--unit", root=True,
            environment={"SANDBOXD_TEST_RESULTS": run.reports, **cacheEnvironment()})


def packages(run):
    """lintian, Debian 13's AppArmor parser and a program of its own on the packages"""
    run.run("/usr/bin/python3", "-B", "tests/suite/version_test.py")
    run.run("tests/chroot/check-packages", root=True, environment=cacheEnvironment())


def vm(run):
    """Debian 13 with AppArmor and systemd in a virtual machine, our packages installed"""
    run.run("tests/vm/run", *MACHINE_TESTS, root=True, environment=cacheEnvironment())


def cacheEnvironment():
    """sudo drops it, and both halves of a run must find the same cache."""
    return {key: os.environ[key] for key in ("XDG_CACHE_HOME",) if key in os.environ}


STEPS = {step.__name__: step for step in (
    build, layout, style, xml, unit, kernel, bus, tools, quickstart, bench, install, trixie, packages, apparmor, vm, clang,
    tidy, sanitize)}
