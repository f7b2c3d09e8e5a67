"""clang-tidy over our own sources, two at a time or as many as there are processors. Usage: tidy.py BUILD

A file whose preprocessed text and configuration were found clean before is not looked at again."""

import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
LOOKED_AT = ("daemon/", "client/")


def entries(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        for entry in json.load(file):
            path = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
            relative = os.path.relpath(path, REPOSITORY)
            # Generated sources and those of other people lie elsewhere.
            if relative.startswith(LOOKED_AT):
                yield path, entry


def fingerprint(entry):
    """Of everything that clang-tidy would see."""
    command = [word for word in shlex.split(entry["command"]) if word != "ccache"]
    command = command[:command.index("-o")] + command[command.index("-o") + 2:] if "-o" in command else command
    text = subprocess.run([*command, "-E", "-o", "-", "-MF", os.devnull], cwd=entry["directory"], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
    with open(os.path.join(REPOSITORY, ".clang-tidy"), "rb") as configuration:
        version = subprocess.run(["clang-tidy", "--version"], check=True, stdout=subprocess.PIPE).stdout
        return hashlib.sha256(text + configuration.read() + version).hexdigest()


def look(build, path, entry):
    clean = os.path.join(build, "tidy-clean", fingerprint(entry))
    if os.path.exists(clean):
        return True, ""
    run = subprocess.run(["clang-tidy", "--quiet", "-p", build, path], check=False, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace")
    if run.returncode == 0:
        with open(clean, "w", encoding="ascii"):
            pass
    return run.returncode == 0, run.stdout


def main():
    build = os.path.abspath(sys.argv[1])
    os.makedirs(os.path.join(build, "tidy-clean"), exist_ok=True)
    work = sorted({path: entry for path, entry in entries(build)}.items())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda item: (item[0], *look(build, *item)), work)
        for path, good, findings in results:
            print(f"{'ok' if good else 'not ok'} - {os.path.relpath(path, REPOSITORY)}")
            if not good:
                print(findings)
    sys.exit(0 if work else 1)


if __name__ == "__main__":
    main()
