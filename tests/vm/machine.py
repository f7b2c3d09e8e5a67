"""One virtual machine in QEMU: boot, snapshot, resume, run a job in it, stop.

Never leaves a process behind: QEMU is our child and dies with us. Nothing here knows what is tested.
"""

import contextlib
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import tarfile
import time

MEMORY = "1536M"
APPEND = "root=/dev/vda rw console=ttyS0 quiet"
# Emulation, since test machines rarely have KVM. cx16 is off: QEMU 7.2 emulates cmpxchg16b wrongly with several
# processors, which shows as double faults of the guest at random times.
ACCELERATION = ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,-cx16", "-smp", "2"]


class MachineError(Exception):
    pass


class Machine:
    """`image` holds vmlinuz, initrd, disk.img and, once saved, ram and state; `run` takes sockets and the console."""

    def __init__(self, image, run):
        self.image, self.run_dir = image, run
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def boot(self, timeout, keep=False):
        """A cold start; with `keep` its memory is a file in `image`, ready for save()."""
        self._start(keep, resume=False)
        with self._connect("agent.sock", timeout) as line:
            for text in line.makefile("rb"):
                if text.startswith(b"@@READY"):
                    return
        raise MachineError("the machine ended before its agent was ready: " + self.console_tail())

    def save(self, timeout):
        """Stops the machine; memory stays in its file, the devices' state goes beside it."""
        self._migration_of_devices_only()
        self._command("stop")
        self._command("migrate", uri="exec:cat > " + os.path.join(self.image, "state"))
        self._await_migration(timeout)
        self.stop()

    def resume(self, timeout, keep=False):
        """Goes on from the snapshot. Memory and disk are private to this machine: any number may run from one image.
        With `keep` they are the image's own, for a next save()."""
        self._start(keep, resume=True)
        self._migration_of_devices_only()
        self._command("migrate-incoming", uri="exec:cat " + os.path.join(self.image, "state"))
        self._await_migration(timeout)
        self._command("cont")

    def job(self, files, out, timeout):
        """Unpacks `files` (name -> bytes or path) in the guest, runs the one called "job" as root, copies what it
        prints to `out`; its exit status."""
        archive = pack(files)
        nonce = secrets.token_hex(8)
        end = f"{nonce}\n".encode()
        with self._connect("agent.sock", timeout) as line:
            line.sendall(f"run {len(archive)} {nonce}\n".encode() + archive)
            deadline = time.monotonic() + timeout
            reader = line.makefile("rb")
            while True:
                line.settimeout(max(deadline - time.monotonic(), 0.01))
                try:
                    text = reader.readline()
                except TimeoutError:
                    raise MachineError(f"the job took longer than {timeout} s") from None
                if not text:
                    raise MachineError("the machine ended during the job: " + self.console_tail())
                before, mark, status = text.partition(b"@@EXIT ")
                if mark and status.endswith(end):
                    out.write(before)
                    return int(status.split()[0])
                out.write(text)
                out.flush()

    def stop(self):
        if self.process is None:
            return
        with contextlib.suppress(OSError, ValueError, MachineError):
            self._command("quit")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def console_tail(self):
        with open(self._path("console"), "rb") as console:
            return console.read()[-2000:].decode(errors="replace")

    def _path(self, name):
        return os.path.join(self.run_dir, name)

    def _start(self, keep, resume):
        def image(name):
            return os.path.join(self.image, name)

        share, snapshot = ("on", "off") if keep else ("off", "on")
        self.process = subprocess.Popen(
            # The kernel ends QEMU when this process ends, however it ends.
            ["setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", *ACCELERATION, "-m", MEMORY,
             "-object", f"memory-backend-file,id=ram,size={MEMORY},mem-path={image('ram')},share={share}",
             "-machine", "pc,memory-backend=ram,usb=off,vmport=off", "-nodefaults", "-display", "none", "-no-reboot",
             "-nic", "none", "-kernel", image("vmlinuz"), "-initrd", image("initrd"), "-append", APPEND,
             "-serial", "file:" + self._path("console"),
             "-drive", f"file={image('disk.img')},if=virtio,format=raw,cache=unsafe,snapshot={snapshot}",
             "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=agent",
             "-chardev", f"socket,id=agent,path={self._path('agent.sock')},server=on,wait=off",
             "-device", "virtio-rng-pci", "-qmp", f"unix:{self._path('qmp.sock')},server=on,wait=off",
             *(["-incoming", "defer"] if resume else [])],
            stdin=subprocess.DEVNULL, start_new_session=True)

    def _connect(self, name, timeout):
        """A connection to a socket that QEMU makes when it starts."""
        deadline = time.monotonic() + timeout
        while True:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(timeout)
            try:
                connection.connect(self._path(name))
                return connection
            except OSError:
                connection.close()
                if self.process.poll() is not None:
                    raise MachineError(f"QEMU ended with status {self.process.returncode}") from None
                if time.monotonic() > deadline:
                    raise MachineError(f"QEMU made no {name} within {timeout} s") from None
                time.sleep(0.05)

    def _command(self, name, **arguments):
        """One command of QEMU's machine protocol; its answer."""
        with self._connect("qmp.sock", 30) as connection, connection.makefile("rw") as stream:
            stream.readline()  # the greeting
            for request in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": arguments}):
                stream.write(json.dumps(request) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
                if "error" in answer:
                    raise MachineError(f"QEMU refused {request}: {answer['error']}")
            return answer["return"]

    def _migration_of_devices_only(self):
        # The memory is a file that both ends map: only the devices' state travels, which makes a resume take 0.2 s.
        self._command("migrate-set-capabilities", capabilities=[{"capability": "x-ignore-shared", "state": True}])

    def _await_migration(self, timeout):
        deadline = time.monotonic() + timeout
        while (status := self._command("query-migrate").get("status")) != "completed":
            if status == "failed" or time.monotonic() > deadline:
                raise MachineError(f"the snapshot is {status}")
            time.sleep(0.02)


def pack(files):
    """A tar of name -> bytes (made executable) or path of a file or directory; all of it belongs to root."""
    def as_root(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        return entry

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            if isinstance(content, bytes):
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode, entry.mtime = len(content), 0o755, int(time.time())
                archive.addfile(entry, io.BytesIO(content))
            else:
                archive.add(content, name, filter=as_root)
    return buffer.getvalue()


def end_on_signals():
    """Turns the signals that end us into an exception, so that `with` blocks stop their machines."""
    def leave(number, _frame):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
