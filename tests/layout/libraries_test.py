"""Headers of libraries, and types that few may use, stay in the places that were chosen for them."""

import re
import unittest

import tap
import tree

# Prefix of the header's name -> the places (files, or folders with a slash) that may include it.
HEADERS = {
    "spdlog/": ("daemon/base/log.cpp",),
    "seccomp.h": ("daemon/plan/seccomp_filter.cpp",),
    "sdbus-c++/": ("daemon/bus/", "daemon/authority/", "daemon/main.cpp", "client/examples/", "tests/"),
    "dbus/": ("client/lib/", "tests/"),
    "CLI/": ("client/sandboxctl/",),
    "nlohmann/": ("client/sandboxctl/doctor/report_json.cpp", "tests/"),
}
# Where only one file may do it, wherever it lies.
ONE_FILE = ("sys/apparmor.h", "aalogparse/")
# seccomp.h of the kernel is linux/seccomp.h, and has a name of its own here.
WORDS = {"GrantForTests": ("tests/", "daemon/policy/grant.hpp")}
PUBLIC = "client/include/"
BANNED_FOLDERS = re.compile(r"(^|/)(helpers?|utils?|commons?|misc|managers?)(/|\.[a-z]+$)")


def within(path, places):
    return any(path == place or (place.endswith("/") and path.startswith(place)) for place in places)


def misplacedHeaders(sources):
    return [f"{path} may not include <{name}>" for path, content in sources.items() for _, name in tree.includes(content)
            for prefix, places in HEADERS.items() if name.startswith(prefix) and not within(path, places)]


def spreadHeaders(sources):
    """Headers that belong in one file of the daemon, but are in several."""
    found = []
    for header in ONE_FILE:
        users = [path for path, content in sources.items()
                 if path.startswith("daemon/") and any(name.startswith(header) for _, name in tree.includes(content))]
        if len(users) > 1:
            found.append(f"<{header}> is included by {', '.join(users)}")
    return found


def misplacedWords(sources):
    return [f"{path} may not use {word}" for path, content in sources.items() for word, places in WORDS.items()
            if word in content and not within(path, places)]


def leaksOfPublicHeaders(sources):
    """An installed header may include the standard library and its siblings only."""
    return [f"{path} includes {name}" for path, content in sources.items() if path.startswith(PUBLIC)
            for system, name in tree.includes(content)
            if not name.startswith("sandboxd/") and not (system and re.fullmatch(r"[a-z_/]+(\.h)?", name)
                                                         and not name.startswith("dbus/"))]


def clientInDaemon(sources):
    return [f"{path} includes {name}" for path, content in sources.items() if path.startswith("daemon/")
            for _, name in tree.includes(content) if name.startswith(("sandboxd/", "client/"))]


def emptyNames(paths):
    # bus/manager is the D-Bus object of that name.
    return [path for path in paths if BANNED_FOLDERS.search(path) and not path.startswith("daemon/bus/manager.")]


class Libraries(unittest.TestCase):
    def setUp(self):
        self.sources = tree.sources("daemon", "client", "tests")

    def testTheTreeKeepsHeadersInTheirPlaces(self):
        self.assertEqual([], misplacedHeaders(self.sources))
        self.assertEqual([], spreadHeaders(self.sources))

    def testTheTreeMakesGrantsInAuthorityAndTestsOnly(self):
        self.assertEqual([], misplacedWords(self.sources))

    def testPublicHeadersShowNoLibrary(self):
        self.assertEqual([], leaksOfPublicHeaders(self.sources))

    def testTheDaemonKnowsNothingOfTheClient(self):
        self.assertEqual([], clientInDaemon(self.sources))

    def testNoNameSaysNothing(self):
        self.assertEqual([], emptyNames(tree.files("daemon", "client", "tests", "tools")))

    def testMisplacedHeadersAreSeen(self):
        for path, header in (("daemon/broker/a.cpp", "spdlog/spdlog.h"), ("daemon/plan/label.cpp", "seccomp.h"),
                             ("daemon/broker/a.hpp", "sdbus-c++/sdbus-c++.h"), ("client/sandboxctl/a.cpp", "dbus/dbus.h"),
                             ("daemon/bus/a.cpp", "CLI/CLI.hpp")):
            self.assertEqual(1, len(misplacedHeaders({path: f"#include <{header}>\n"})), header)

    def testTheKernelsSeccompHeaderIsNoLibrary(self):
        self.assertEqual([], misplacedHeaders({"daemon/warden/a.cpp": "#include <linux/seccomp.h>\n"}))

    def testASecondUserOfLibapparmorIsSeen(self):
        user = "#include <sys/apparmor.h>\n"
        self.assertEqual([], spreadHeaders({"daemon/plan/a.cpp": user}))
        self.assertEqual(1, len(spreadHeaders({"daemon/plan/a.cpp": user, "daemon/base/b.cpp": user})))

    def testAGrantMadeElsewhereIsSeen(self):
        self.assertEqual(1, len(misplacedWords({"daemon/broker/a.cpp": "GrantForTests::all()"})))

    def testALeakOfAPublicHeaderIsSeen(self):
        for line in ("#include <dbus/dbus.h>", '#include "base/unique_fd.hpp"', "#include <sdbus-c++/sdbus-c++.h>"):
            self.assertEqual(1, len(leaksOfPublicHeaders({"client/include/sandboxd/a.hpp": line + "\n"})), line)
        fine = "#include <vector>\n#include <sys/types.h>\n#include <sandboxd/error.hpp>\n"
        self.assertEqual([], leaksOfPublicHeaders({"client/include/sandboxd/a.hpp": fine}))

    def testClientHeadersInTheDaemonAreSeen(self):
        self.assertEqual(1, len(clientInDaemon({"daemon/bus/a.cpp": "#include <sandboxd/spec.hpp>\n"})))

    def testEmptyNamesAreSeen(self):
        self.assertEqual(["daemon/base/util.hpp", "client/helpers/a.cpp"],
                         emptyNames(["daemon/base/util.hpp", "client/helpers/a.cpp", "daemon/bus/manager.cpp"]))


if __name__ == "__main__":
    tap.main(__name__)
