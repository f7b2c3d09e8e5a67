"""The half that stays in the host's namespaces: makes the private ones, waits, removes the cgroups. Mounts nothing."""

import os
import select
import signal
import subprocess
import sys


def cgroupMounts():
    """Every mounted cgroup v2 file system."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            left, right = line.split(" - ", 1)
            if right.split()[0] == "cgroup2":
                yield left.split()[4]


def makeCgroup():
    """A cgroup for this run below the first writable cgroup v2, or None."""
    for mount in cgroupMounts():
        directory = os.path.join(mount, f"sandboxd-private-{os.getpid()}")
        try:
            os.mkdir(directory)
            return directory
        except OSError:
            continue
    return None


def waitUntilEmpty(directory):
    with open(os.path.join(directory, "cgroup.events"), encoding="ascii") as events:
        poll = select.poll()
        poll.register(events, select.POLLPRI)
        while "populated 1" in events.read():
            poll.poll()
            events.seek(0)


def removeCgroup(directory):
    with open(os.path.join(directory, "cgroup.kill"), "w", encoding="ascii") as kill:
        kill.write("1")
    waitUntilEmpty(directory)
    for path, _, _ in os.walk(directory, topdown=False):
        os.rmdir(path)


def innerCommand(options, lifeline):
    arguments = [os.path.join(options.repository, "tools", "private-system"), "--inside", str(lifeline)]
    for name in ("rules", "user", "build", "cgroup"):
        if getattr(options, name):
            arguments += [f"--{name}", getattr(options, name)]
    for name in ("no_polkit", "no_actions", "no_cgroup"):
        if getattr(options, name):
            arguments.append("--" + name.replace("_", "-"))
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private", "--",
            *arguments, "--", *options.command]


def run(options):
    if os.geteuid() != 0:
        raise RuntimeError("must be started by root (sudo tools/private-system …)")
    options.cgroup = None if options.no_cgroup else makeCgroup()
    # The inner half ends with this pipe, so it also goes when this process is killed by SIGKILL.
    lifeline, ours = os.pipe()
    try:
        with subprocess.Popen(innerCommand(options, lifeline), pass_fds=(lifeline,)) as inner:
            os.close(lifeline)
            # Ctrl-C is for the command, which has it from the terminal; the other signals end everything.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for number in (signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: closeOnce(ours))
            status = inner.wait()
    finally:
        if options.cgroup:
            removeCgroup(options.cgroup)
    return 128 - status if status < 0 else status


def closeOnce(descriptor):
    try:
        os.close(descriptor)
    except OSError:
        print("private-system: ending already", file=sys.stderr)
