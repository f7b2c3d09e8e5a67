"""The test machine's image, made once and kept in the cache under a hash of all that it is made of.

Never used half-made: it is built beside its final name and renamed when its snapshot is complete.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

from machine import Machine

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = ["packages", "make-root", "machine.py", "image.py", "guest/agent", "guest/agent.service"]
BOOT_TIMEOUT = 900  # seconds; 50 on an idle machine
SAVE_TIMEOUT = 300


def cache_dir():
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "sandboxd-tests")


def key():
    """Changes with everything that a snapshot depends on: our files and the emulator that must read it again."""
    digest = hashlib.sha256()
    for name in SOURCES:
        with open(os.path.join(HERE, name), "rb") as source:
            digest.update(name.encode() + b"\0" + source.read() + b"\0")
    digest.update(subprocess.run(["qemu-system-x86_64", "--version"], check=True, capture_output=True).stdout)
    return digest.hexdigest()[:16]


def provide():
    """The directory of a complete image; makes it if there is none. One process makes it, others wait."""
    cache = cache_dir()
    os.makedirs(cache, exist_ok=True)
    final = os.path.join(cache, "vm-" + key())
    with open(os.path.join(cache, "vm.lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(final):
            _remove_all(cache)
            _make(final, os.path.join(cache, "vm-unfinished"))
    return final


def _remove_all(cache):
    """Older images and what an interrupted run left: each takes 2 GB."""
    for name in os.listdir(cache):
        if name.startswith("vm-"):
            shutil.rmtree(os.path.join(cache, name))


def _make(final, unfinished):
    print("# making the test machine's image, once: 2 minutes or more", file=sys.stderr, flush=True)
    os.makedirs(unfinished)
    # stdout is the report of the tests
    subprocess.run([os.path.join(HERE, "make-root"), unfinished], check=True, stdout=sys.stderr)
    snapshot(unfinished)
    os.rename(unfinished, final)


def snapshot(image):
    with tempfile.TemporaryDirectory() as run, Machine(image, run) as machine:
        machine.boot(BOOT_TIMEOUT)
        # What the page cache holds would only make the snapshot larger.
        job = b"#!/bin/sh\nsystemctl is-system-running --wait; sync; echo 3 >/proc/sys/vm/drop_caches\n"
        with contextlib.closing(open(os.path.join(run, "job"), "wb")) as out:
            machine.job({"job": job}, out, BOOT_TIMEOUT)
        machine.save(SAVE_TIMEOUT)
