"""The folders of daemon/ include only what stands left of them, and no include comes back to where it started."""

import os
import unittest

import tap
import tree

ORDER = ("base", "spec", "policy", "plan", "launch", "authority", "broker", "bus", "main")
# The wire between the two halves: the only part of plan/ that the privileged half may see.
WIRE = ("plan/wire_format.hpp", "plan/warden_protocol.hpp", "plan/wire_reader.hpp")
# What client/engine may see of the daemon, and it alone of the client: what needs neither a Grant nor a library of others.
ENGINE = ("base/error_text.hpp", "base/quote.hpp", "base/result.hpp", "base/syscall.hpp", "base/unique_fd.hpp", "spec/",
          "plan/draft_plan.hpp", "plan/encode.hpp", "plan/plan.hpp", *WIRE, "launch/step_names.hpp", "warden/")
EXCEPTIONS = {"authority": ("plan", "launch")}  # who may ask cannot act


def folderOf(path):
    """daemon/spec/path.hpp -> spec; files beside the folders belong to main."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "main"


def resolve(path, name, known):
    """The file of the tree that an include names: relative to daemon/, or beside the file that includes it."""
    for candidate in (os.path.join("daemon", name), os.path.normpath(os.path.join(os.path.dirname(path), name))):
        if candidate in known:
            return candidate
    return None


def allowed(path, target):
    own, other = folderOf(path), folderOf(target)
    name = os.path.relpath(target, "daemon")
    if os.path.relpath(path, "daemon") in WIRE:
        return other == "base" or name in WIRE
    if own == "warden":
        return other in ("base", "warden") or name in WIRE
    if own == "spawner":
        return other in ("base", "warden", "spawner") or name in WIRE
    if own not in ORDER or other not in ORDER:
        return False
    return other not in EXCEPTIONS.get(own, ()) and ORDER.index(other) <= ORDER.index(own)


def strayClients(sources):
    """Includes of the daemon's files by the client's."""
    daemon = [path[len("daemon/"):] for path in sources if path.startswith("daemon/")]
    return [f"{path} may not include {name}" for path, content in sources.items() if path.startswith("client/")
            for system, name in tree.includes(content) if not system and name in daemon
            and not (path.startswith("client/engine/") and name.startswith(ENGINE))]


def edges(sources):
    """File to the files of the tree that it includes."""
    found = {}
    for path, content in sources.items():
        targets = [resolve(path, name, sources) for system, name in tree.includes(content) if not system]
        found[path] = [target for target in targets if target]
    return found


def wrongDirections(sources):
    return [f"{path} may not include {os.path.relpath(target, 'daemon')}"
            for path, targets in edges(sources).items() for target in targets if not allowed(path, target)]


def cycle(sources):
    """One include cycle as a list of files, or None."""
    graph, done = edges(sources), set()

    def visit(path, trail):
        if path in trail:
            return trail[trail.index(path):] + [path]
        if path in done:
            return None
        for target in graph[path]:
            found = visit(target, trail + [path])
            if found:
                return found
        done.add(path)
        return None

    for path in graph:
        found = visit(path, [])
        if found:
            return found
    return None


def including(path, name):
    """A tree where one file includes one other: the smallest that a rule can be tried on."""
    return {path: f'#include "{name}"\n', f"daemon/{name}": ""}


class IncludeOrder(unittest.TestCase):
    def setUp(self):
        self.sources = tree.sources("daemon")

    def testTheTreeHasOnlyAllowedDirections(self):
        self.assertTrue(any(edges(self.sources).values()), "no include found at all")
        self.assertEqual([], wrongDirections(self.sources))

    def testTheTreeHasNoCycle(self):
        found = cycle(self.sources)
        self.assertIsNone(found, " -> ".join(found or []))

    def testEveryFolderHasAPlaceInTheOrder(self):
        self.assertEqual(set(), {folderOf(path) for path in self.sources} - set(ORDER) - {"warden", "spawner"})

    def testOfTheClientTheEngineSeesSomeOfTheDaemon(self):
        sources = tree.sources("daemon", "client")
        self.assertEqual([], strayClients(sources))
        for path, name in (("client/sandboxctl/a.cpp", "spec/spec.hpp"), ("client/engine/a.cpp", "plan/build_plan.hpp"),
                           ("client/engine/a.cpp", "policy/grant.hpp"), ("client/engine/a.cpp", "broker/request.hpp")):
            self.assertEqual(1, len(strayClients(including(path, name))), f"{path} includes {name}")
        for name in ("warden/native.hpp", "plan/draft_plan.hpp", "spec/spec.hpp"):
            self.assertEqual([], strayClients(including("client/engine/a.cpp", name)), name)

    def testEachForbiddenDirectionIsSeen(self):
        for path, name in (("daemon/spec/a.hpp", "plan/plan.hpp"), ("daemon/base/a.cpp", "spec/path.hpp"),
                           ("daemon/policy/a.cpp", "bus/manager.hpp"), ("daemon/authority/a.cpp", "plan/plan.hpp"),
                           ("daemon/authority/a.cpp", "launch/warden.hpp"), ("daemon/warden/a.cpp", "plan/plan.hpp"),
                           ("daemon/warden/a.cpp", "spawner/slot.hpp"), ("daemon/warden/a.cpp", "spec/path.hpp"),
                           ("daemon/spawner/a.cpp", "policy/right.hpp"), ("daemon/broker/a.cpp", "warden/probe.hpp"),
                           ("daemon/plan/wire_format.hpp", "spec/path.hpp"), ("daemon/main.cpp", "spawner/slot.hpp"),
                           ("daemon/odd/a.cpp", "base/result.hpp")):
            self.assertEqual(1, len(wrongDirections(including(path, name))), f"{path} includes {name}")

    def testAllowedDirectionsPass(self):
        for path, name in (("daemon/main.cpp", "bus/manager.hpp"), ("daemon/broker/a.cpp", "authority/authority.hpp"),
                           ("daemon/spawner/a.cpp", "warden/probe.hpp"), ("daemon/warden/a.cpp", "plan/wire_reader.hpp"),
                           ("daemon/authority/a.cpp", "policy/grant.hpp")):
            self.assertEqual([], wrongDirections(including(path, name)), f"{path} includes {name}")

    def testACycleIsSeen(self):
        self.assertEqual(3, len(cycle({"daemon/base/a.hpp": '#include "base/b.hpp"\n',
                                       "daemon/base/b.hpp": '#include "a.hpp"\n'})))


if __name__ == "__main__":
    tap.main(__name__)
