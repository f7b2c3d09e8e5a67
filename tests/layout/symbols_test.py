"""Spawner and warden use no heap, no exceptions and no name service. Usage: symbols_test.py BUILD"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import tap

BUILD = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else "build"
SPAWNER = "daemon/spawner/sandboxd-spawner"
# What our own objects may not ask for.
FORBIDDEN = re.compile(
    r"^(malloc|calloc|realloc|free|posix_memalign|aligned_alloc|strdup|_Zn[wa]\w*|_Zd[la]\w*"  # heap
    r"|__cxa_\w+|_Unwind_\w+|__gxx_personality_v0|_ZSt\d*(terminate|__throw)\w*"              # exceptions, C++ runtime
    r"|getpw\w*|getgr(?!oups$)\w*|getaddrinfo|gethostby\w+|getservby\w+|initgroups|getgrouplist"  # name service
    r"|dlopen|iconv_open|setlocale|fopen|opendir|syslog|popen|system)$")                      # load, allocate or run
# What may not be linked into the program: throwing, and whatever would load code.
FORBIDDEN_IN_PROGRAM = re.compile(r"^(__cxa_throw|__cxa_allocate_exception|__gxx_personality_v0|_Zn[wa]\w*)$")


def nm(*arguments):
    return subprocess.run(["nm", *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8").stdout


def undefined(path):
    """Names that the objects in a library or an object file want from elsewhere."""
    return {line.split()[-1].split("@")[0] for line in nm("--undefined-only", path).splitlines()
            if len(line.split()) >= 2 and line.split()[-2] in "UwW"}


def defined(path):
    return {line.split()[-1].split("@")[0] for line in nm("--defined-only", path).splitlines() if len(line.split()) == 3}


def forbidden(names, pattern=FORBIDDEN):
    return sorted(name for name in names if pattern.match(name))


def objects():
    """Object files of the two folders, as the build made them."""
    found = []
    for folder in ("warden", "spawner"):
        for path, _, names in os.walk(os.path.join(BUILD, "daemon", folder)):
            found += [os.path.join(path, name) for name in names if name.endswith(".o")]
    return found


def compiled(source):
    """Undefined names of a source text: how the rules are tried."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "a.o")
        subprocess.run(["g++", "-std=c++20", "-x", "c++", "-c", "-o", path, "-"], input=source, check=True, encoding="utf-8")
        return undefined(path)


class Symbols(unittest.TestCase):
    def testTheObjectsWantNothingForbidden(self):
        self.assertTrue(objects(), f"no object of spawner and warden in {BUILD}")
        self.assertEqual({}, {os.path.basename(path): forbidden(undefined(path)) for path in objects()
                              if forbidden(undefined(path))})

    def testTheProgramHoldsNoExceptions(self):
        names = defined(os.path.join(BUILD, SPAWNER))
        self.assertIn("main", names)
        self.assertEqual([], forbidden(names, FORBIDDEN_IN_PROGRAM))

    def testTheProgramIsStatic(self):
        headers = subprocess.run(["readelf", "--program-headers", "--dynamic", os.path.join(BUILD, SPAWNER)], check=True,
                                 stdout=subprocess.PIPE, encoding="utf-8").stdout
        self.assertNotIn("INTERP", headers)
        self.assertNotIn("(NEEDED)", headers)

    def testHeapExceptionsAndNamesAreSeen(self):
        for source in ("int* f() { return new int; }", "void f(int* p) { delete p; }", "void f() { throw 1; }",
                       "#include <stdlib.h>\nvoid* f() { return malloc(3); }", "#include <pwd.h>\nauto f() { return getpwuid(0); }",
                       "#include <vector>\nvoid f(std::vector<int>& v) { v.push_back(1); }",
                       "#include <dlfcn.h>\nauto f() { return dlopen(nullptr, 0); }",
                       "#include <grp.h>\nauto f() { return getgrnam(\"x\"); }",
                       "#include <netdb.h>\nauto f(addrinfo** a) { return getaddrinfo(nullptr, nullptr, nullptr, a); }",
                       "struct A { A(); ~A(); }; A& f() { static A a; return a; }"):
            self.assertTrue(forbidden(compiled(source)), source)

    def testSystemCallsPass(self):
        self.assertEqual([], forbidden(compiled(
            "#include <unistd.h>\n#include <grp.h>\n#include <string.h>\n"
            "int f(gid_t* g, char* s) { memset(s, 0, 3); return getgroups(3, g) + setgroups(0, g) + close(3); }")))

    def testAProgramWithExceptionsIsSeen(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "a")
            subprocess.run(["g++", "-static", "-x", "c++", "-o", path, "-"], input="int main() { throw 1; }", check=True,
                           encoding="utf-8")
            self.assertTrue(forbidden(defined(path), FORBIDDEN_IN_PROGRAM))


if __name__ == "__main__":
    tap.main(__name__)
