"""Pid 1 of the private system: arranges it, starts the services, runs the command, restarts what systemd would restart."""

import fcntl
import glob
import os
import pwd
import signal
import socket
import subprocess
import sys
import threading

import bus
import mounts
import outside

SPAWNER_SOCKET = "/run/sandboxd/spawner.socket"
POLKITD = ("/usr/lib/polkit-1/polkitd", "/usr/libexec/polkitd")
LISTENING = 3  # where sd_listen_fds(3) looks
# A service that dies again and again is broken; systemd gives up as well.
RESTARTS = 100
WITHOUT_PRIVILEGES = ("--clear-groups", "--no-new-privs", "--bounding-set", "-all", "--inh-caps", "-all")


class Services:
    """Spawner, broker and polkitd by role; knows how each is started."""

    def __init__(self, options, environment, log):
        self.options, self.environment, self.log = options, environment, log
        self.build = os.path.join(mounts.RUN, "build")
        self.pids, self.starts = {}, {}

    def start(self, role):
        process = getattr(self, "start" + role.capitalize())()
        self.pids[process.pid] = role
        self.starts[role] = self.starts.get(role, 0) + 1
        new = os.path.join(mounts.RUN, f".{role}.pid")
        with open(new, "w", encoding="ascii") as file:
            file.write(f"{process.pid}\n")
        os.rename(new, os.path.join(mounts.RUN, f"{role}.pid"))
        return process

    def startBroker(self):
        return self.popen(["setpriv", "--reuid", "sandboxd", "--regid", "sandboxd", *WITHOUT_PRIVILEGES, "--",
                           os.path.join(self.build, "daemon/sandboxd"), "--spawner-socket", SPAWNER_SOCKET])

    def startSpawner(self):
        command = [os.path.join(self.build, "daemon/spawner/sandboxd-spawner")]
        if self.options.cgroup:
            command += ["--cgroup", self.options.cgroup]
        # LISTEN_PID must be the pid of the spawner itself, which is the shell's before it executes it.
        return self.popen(["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", *command], pass_fds=(LISTENING,))

    def startPolkitd(self):
        programs = [path for path in POLKITD if os.path.exists(path)]
        if not programs:
            raise RuntimeError("cannot find polkitd: install polkitd")
        return self.popen([programs[0], "--no-debug"])

    def popen(self, command, **more):
        return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                cwd="/", **more)

    def ended(self, pid):
        """What systemd's Restart= does; polkitd has none."""
        role = self.pids.pop(pid, None)
        if role in ("broker", "spawner") and self.starts[role] <= RESTARTS:
            self.start(role)


def endWith(lifeline):
    """The other half holds the write end: when it goes, pid 1 goes, and the kernel ends all others with it."""
    def watch():
        os.read(lifeline, 1)
        os._exit(143)
    threading.Thread(target=watch, daemon=True).start()


def requirePrograms(build):
    for program in ("daemon/sandboxd", "daemon/spawner/sandboxd-spawner", "client/sandboxctl/sandboxctl"):
        if not os.access(os.path.join(build, program), os.X_OK):
            raise RuntimeError(f'cannot find "{program}" in "{build}": build it first (meson setup, ninja)')


def listenForBroker():
    """What the socket unit does. The owner of the file is the one uid that the spawner serves."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(SPAWNER_SOCKET)
    owner = pwd.getpwnam("sandboxd")
    os.chown(SPAWNER_SOCKET, owner.pw_uid, owner.pw_gid)
    os.chmod(SPAWNER_SOCKET, 0o600)
    listener.listen(128)
    if listener.fileno() != LISTENING:
        os.dup2(listener.fileno(), LISTENING, inheritable=False)
    return listener


def installedFile(options, path):
    """A data file of the checkout, or of the build where it is generated."""
    for root in (options.build, options.repository):
        if os.path.exists(os.path.join(root, path)):
            return os.path.join(root, path)
    raise RuntimeError(f'cannot find "{path}"')


def serviceEnvironment():
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DBUS_SYSTEM_BUS_ADDRESS": bus.ADDRESS}
    environment.update({key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")})
    return environment


def commandEnvironment(options):
    build = os.path.join(mounts.RUN, "build")
    environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=bus.ADDRESS, PRIVATE_SYSTEM_RUN=mounts.RUN,
                       PRIVATE_SYSTEM_BUILD=build)
    environment["PATH"] = os.path.join(build, "client/sandboxctl") + ":" + os.environ.get("PATH", "/usr/bin:/bin")
    if options.cgroup:
        environment["PRIVATE_SYSTEM_CGROUP"] = options.cgroup
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        environment.pop(key, None)
    return environment


def commandLine(options, environment):
    if not options.user:
        return options.command
    try:
        account = pwd.getpwnam(options.user)
    except KeyError:
        raise RuntimeError(f'cannot find user "{options.user}"') from None
    environment.update(HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name, SHELL=account.pw_shell)
    return ["setpriv", "--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--init-groups", "--inh-caps",
            "-all", "--", *options.command]


def startServices(options, log):
    environment = serviceEnvironment()
    daemon = bus.start(bus.writeConfiguration(os.path.join(mounts.RUN, "org.sandboxd1.conf")), environment, log)
    watch = bus.NameWatch(log)
    services = Services(options, environment, log)
    if not options.no_polkit:
        watch.waitFor("org.freedesktop.PolicyKit1", services.start("polkitd"))
    services.start("spawner")
    watch.waitFor("org.sandboxd1", services.start("broker"))
    watch.close()
    return daemon, services


def supervise(command, services):
    while True:
        pid, status = os.wait()
        if pid == command.pid:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
        services.ended(pid)


def openLog():
    path = os.environ.get("SANDBOXD_LOG") or os.path.join(mounts.RUN, "log")
    return open(path, "ab+", buffering=0)


def arrange(options):
    requirePrograms(options.build)
    policies = [] if options.no_actions else [installedFile(options, "polkit/org.sandboxd1.policy")]
    rules = sorted(glob.glob(os.path.join(options.rules, "*.rules"))) if options.rules else []
    busPolicy = mounts.readIf(installedFile(options, "dbus-interfaces/org.sandboxd1.conf"))
    if options.no_cgroup:
        mounts.protectCgroups(outside.cgroupMounts())
    directory = os.getcwd()
    mounts.arrange(options, policies, rules)
    os.chdir(directory)  # the same directory, but found through the new mounts
    with open(os.path.join(mounts.RUN, "org.sandboxd1.conf"), "wb") as file:
        file.write(busPolicy)


def run(options):
    lifeline = fcntl.fcntl(options.inside, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(options.inside)
    endWith(lifeline)
    options.build = os.path.realpath(options.build)
    arrange(options)
    listener = listenForBroker()
    log = openLog()
    try:
        _, services = startServices(options, log)
    except RuntimeError:
        log.seek(0)
        sys.stderr.write(log.read().decode(errors="replace"))
        raise
    environment = commandEnvironment(options)
    try:
        command = subprocess.Popen(commandLine(options, environment), env=environment)
    except OSError as error:
        print(f'private-system: cannot run "{options.command[0]}": {error.strerror}', file=sys.stderr)
        return 127
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    listener.detach()
    return supervise(command, services)
