"""The private system bus: its configuration, its daemon, and waiting for a name on it."""

import os
import select
import subprocess
import xml.etree.ElementTree as ElementTree

import mounts

SOCKET = "/run/dbus/system_bus_socket"
ADDRESS = f"unix:path={SOCKET}"
STOCK = "/usr/share/dbus-1/system.conf"
POLKIT_POLICY = ("/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf",
                 "/etc/dbus-1/system.d/org.freedesktop.PolicyKit1.conf")

# The stock configuration without activation, and without what the host's other services added.
DROPPED = ("fork", "pidfile", "syslog", "servicehelper", "standard_system_servicedirs", "servicedir", "listen", "include",
           "includedir")


def writeConfiguration(policy):
    """bus.conf in the run directory: the stock policy, polkit's and the policy file of this project."""
    tree = ElementTree.parse(STOCK)
    root = tree.getroot()
    for element in list(root):
        if element.tag in DROPPED:
            root.remove(element)
    ElementTree.SubElement(root, "listen").text = ADDRESS
    for path in (*filter(os.path.exists, POLKIT_POLICY), policy):
        ElementTree.SubElement(root, "include").text = path
    configuration = os.path.join(mounts.RUN, "bus.conf")
    with open(configuration, "wb") as file:
        file.write(b'<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"\n'
                   b' "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">\n')
        tree.write(file)
    return configuration


def start(configuration, environment, log):
    """Returns when the daemon listens: it writes its address then."""
    readable, writable = os.pipe()
    daemon = subprocess.Popen(["dbus-daemon", f"--config-file={configuration}", "--nofork", "--nopidfile", "--nosyslog",
                               f"--print-address={writable}"], pass_fds=(writable,), stdin=subprocess.DEVNULL,
                              stdout=log, stderr=log, env=environment)
    os.close(writable)
    with open(readable, "rb") as answer:
        if not answer.read():
            raise RuntimeError("cannot start dbus-daemon")
    return daemon


class NameWatch:
    """Sees which names get an owner from its construction on, so nothing that starts later is missed."""

    def __init__(self, log):
        self.monitor = subprocess.Popen(
            ["dbus-monitor", "--address", ADDRESS, "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"],
            stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        self.seen = self.nextBytes()

    def nextBytes(self):
        data = os.read(self.monitor.stdout.fileno(), 65536)
        if not data:
            raise RuntimeError("cannot watch the private bus: dbus-monitor ended")
        return data

    def waitFor(self, name, process):
        """Until `name` has an owner; an error if the process that should take it ends before."""
        ended = os.pidfd_open(process.pid)
        try:
            while f'string "{name}"'.encode() not in self.seen:
                ready, _, _ = select.select([self.monitor.stdout, ended], [], [])
                if self.monitor.stdout not in ready:
                    raise RuntimeError(f"{name} ended before it was ready")
                self.seen += self.nextBytes()
        finally:
            os.close(ended)

    def close(self):
        self.monitor.kill()
        self.monitor.wait()
        self.monitor.stdout.close()
