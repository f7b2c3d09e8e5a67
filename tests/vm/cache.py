"""Directories that are expensive to make: made once, named by what they are made of, used by any number of runs.

Never used half-made: one is made beside its final name and renamed when it is complete. Never removed while in use.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import time

UNFINISHED = ".unfinished"


def directory():
    return os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "sandboxd-tests")


def key(*parts):
    """Of texts, bytes and files by name; changes with each of them."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(str(len(data)).encode() + b"\0" + data)
    return digest.hexdigest()[:16]


def content(path):
    with open(path, "rb") as file:
        return file.read()


def emulator():
    """What reads a snapshot again must be what wrote it."""
    return subprocess.run(["qemu-system-x86_64", "--version"], check=True, capture_output=True).stdout


@contextlib.contextmanager
def provided(kind, wanted, make, days):
    """The directory `kind`-`wanted`, made by make(directory) if there is none; it stays as long as this lasts. Others of
    its kind that nobody used for that many days are removed before a new one is made."""
    os.makedirs(directory(), exist_ok=True)
    final = os.path.join(directory(), f"{kind}-{wanted}")
    with _lock_of(final) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if not os.path.isdir(final):
            fcntl.flock(lock, fcntl.LOCK_EX)  # one process makes it, others wait
            if not os.path.isdir(final):
                _remove_unused(kind, days)
                _make(final, make)
        os.utime(final)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield final


def _lock_of(path):
    """Exclusive for who makes or removes the directory, shared for those that use it. It stays when the directory goes."""
    return open(path + ".lock", "w", encoding="ascii")


def _make(final, make):
    unfinished = final + UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    os.mkdir(unfinished)
    try:
        make(unfinished)
        os.rename(unfinished, final)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _remove_unused(kind, days):
    """Each takes a gigabyte."""
    for name in os.listdir(directory()):
        path = os.path.join(directory(), name)
        if name.startswith(kind + "-") and os.path.isdir(path) and (name.endswith(UNFINISHED) or _is_old(path, days)):
            _remove(path)


def _remove(path):
    with _lock_of(path.removesuffix(UNFINISHED)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # in use, or being made
        shutil.rmtree(path)


def _is_old(path, days):
    return os.stat(path).st_mtime < time.time() - days * 24 * 3600
