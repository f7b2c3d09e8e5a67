"""The test machine's images. The base: Debian 13 with one of two kernels, booted, without anything of ours. From it the
image that tests run in: our packages are installed in the running base, as an admin would, and that is the snapshot.

The base is made rarely, of lists that all checkouts share; an installed one with each change of the packages.
"""

import contextlib
import glob
import os
import subprocess
import sys
import tempfile
import time

import cache
from machine import Machine, MachineError

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = ("stable", "new")
BASE_SOURCES = ("packages", "make-root", "machine.py", "guest/agent", "guest/agent.service")
NEWER = os.path.join(HERE, "newer-packages")
BASE_DAYS = 3
INSTALLED_DAYS = 0.5
BOOT_TIMEOUT = 900  # seconds; 50 on an idle machine
RESUME_TIMEOUT = 60
INSTALL_TIMEOUT = 600
SAVE_TIMEOUT = 300
# What the page cache holds would only make the snapshot larger.
SETTLE = "systemctl is-system-running --wait; sync; echo 3 >/proc/sys/vm/drop_caches\n"


@contextlib.contextmanager
def provided(kernel, debs):
    """The directory of an image with these packages (a directory of .deb files) installed."""
    with base(kernel) as below:
        wanted = cache.key(os.path.basename(below), *(cache.content(deb) for deb in packages(debs)), cache.content(NEWER),
                           INSTALL, SETTLE)
        with cache.provided("machine-installed", wanted, lambda image: _install(below, debs, image),
                            INSTALLED_DAYS) as image:
            yield image


def base(kernel):
    sources = (cache.content(os.path.join(HERE, name)) for name in BASE_SOURCES)
    wanted = cache.key(kernel, *sources, SETTLE, cache.emulator())
    return cache.provided("machine-base", wanted, lambda image: _make_base(kernel, image), BASE_DAYS)


def packages(debs):
    return sorted(glob.glob(os.path.join(debs, "*.deb")))


def _make_base(kernel, image):
    print(f"# making the test machine's base image with the {kernel} kernel, once: 2 minutes or more", file=sys.stderr,
          flush=True)
    # stdout is the report of the tests
    subprocess.run([os.path.join(HERE, "make-root"), kernel, image], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as run, Machine(image, run) as machine:
        machine.boot(BOOT_TIMEOUT, keep=True)
        _settle_and_save(machine, {"job": b"#!/bin/sh\n" + SETTLE.encode()}, BOOT_TIMEOUT)


INSTALL = """#!/bin/sh
date -s @NOW >/dev/null
export DEBIAN_FRONTEND=noninteractive
# The disk is gone if the machine is: nothing is gained by waiting for it after each file.
dpkg --install --force-unsafe-io debs/*.deb || exit
# For the tests that upgrade and install again.
mkdir /srv/packages && mv debs newer /srv/packages || exit
"""


def _install(below, debs, image):
    print("# installing the packages in the test machine's image", file=sys.stderr, flush=True)
    for name in ("vmlinuz", "initrd", "disk.img", "ram", "state"):
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", os.path.join(below, name), image], check=True)
    job = (INSTALL.replace("NOW", str(int(time.time()))) + SETTLE).encode()
    with tempfile.TemporaryDirectory() as run, tempfile.TemporaryDirectory() as newer, Machine(image, run) as machine:
        subprocess.run([NEWER, debs, newer], check=True, stdout=sys.stderr)
        machine.resume(RESUME_TIMEOUT, keep=True)
        _settle_and_save(machine, {"job": job, "debs": debs, "newer": newer}, INSTALL_TIMEOUT)


def _settle_and_save(machine, files, timeout):
    if machine.job(files, sys.stderr.buffer, timeout) != 0:
        raise MachineError("cannot prepare the machine, see above")
    machine.save(SAVE_TIMEOUT)
