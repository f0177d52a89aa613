#!/usr/bin/env python3
"""The demonstrations where nothing is free and nobody is patient: each works, or says in a line what to do, and leaves nothing.

    check.py        runs every case; exit status 0 when all are as they should be

Needs what `make run-redis` needs. Cases that need root are named and left out where another user runs this.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PORTS = (8080, 9901, 8081, 9902, 3000, 6379)
PATIENCE = 60
LAST_LINE = "Ctrl-C ends everything."
OTHER_USER = ["setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", "--no-new-privs"]


class Failure(Exception):
    pass


class Demonstration:
    """One that runs as from a terminal: in a process group of its own, to which Ctrl-C goes."""

    def __init__(self, script="accounts", folder=ROOT, before=(), **environment):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*before, "demo/%s.sh" % script], cwd=folder, stdout=self.output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, "PORT": "", **environment})

    def text(self):
        self.output.seek(0)
        return self.output.read()

    def await_text(self, text):
        until = time.monotonic() + PATIENCE
        while text not in self.text():
            if time.monotonic() > until or self.process.poll() is not None:
                raise Failure("no %r in:\n%s" % (text, self.text()))
            time.sleep(0.05)

    def await_tour(self):
        self.await_text(LAST_LINE)
        return self

    def port(self):
        return int(re.search(r"The gateway listens on http://127\.0\.0\.1:(\d+),", self.text())[1])

    def serves(self):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                "http://127.0.0.1:%d/health" % self.port(), timeout=10) as answer:
            if answer.status != 200:
                raise Failure("/health is answered with %d" % answer.status)

    def interrupt(self):
        """Ctrl-C; afterwards no process of it is left, and no folder of its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGINT)
        self.await_end()
        left = processes_of(self.process.pid)
        if left:
            raise Failure("processes are left: %s\n%s" % (left, self.text()))

    def await_end(self):
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure("it does not end:\n" + self.text())

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.interrupt()


def processes_of(session):
    """The command lines of those that the session still has."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
    return found


def temporary_folders():
    return set(pathlib.Path(tempfile.gettempdir()).glob("tmp.*"))


@contextlib.contextmanager
def taken(*ports):
    """By a program that says nothing to anybody. What is taken already stays so."""
    with contextlib.ExitStack() as held:
        for port in ports:
            listener = held.enter_context(socket.socket())
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                listener.bind(("127.0.0.1", port))
                listener.listen()
        yield


# --- the cases: a function each, its first line says what is so

CASES = []


def case(function):
    CASES.append(function)
    return function


@case
def all_taken():
    """Where every port is taken others are used, and each is named"""
    for script in ("accounts", "redis"):
        with taken(*PORTS), Demonstration(script).await_tour() as run:
            if run.port() in PORTS:
                raise Failure("it uses port %d" % run.port())
            run.serves()
            said = run.text().count("can't be used")
            if said != (3 if script == "accounts" else 6):
                raise Failure("%d ports are named in:\n%s" % (said, run.text()))


@case
def port_given():
    """PORT is used where it is free, and where it is one of the demonstration's own ports"""
    with socket.create_server(("127.0.0.1", 0)) as held:
        free = held.getsockname()[1]
    for port in (free, 9901, 3000):
        with Demonstration(PORT=str(port)).await_tour() as run:
            run.serves()
            if run.port() != port and "Port %d can't be used" % port not in run.text():
                raise Failure("it uses %d instead of %d:\n%s" % (run.port(), port, run.text()))


@case
def port_taken():
    """PORT that is taken is named, and another one used"""
    with taken(8123), Demonstration(PORT="8123").await_tour() as run:
        run.serves()
        if "Port 8123 can't be used" not in run.text() or run.port() == 8123:
            raise Failure(run.text())


@case
def port_wrong():
    """PORT that is no port ends it with one line that says what to write"""
    for text in ("abc", "0", "65536", "-1", "80 80", "8080/tcp", "99999999999999999999"):
        run = Demonstration(PORT=text)
        if run.await_end() == 0 or run.text().splitlines() != [
                "PORT=%s is not a port: write a number from 1 to 65535, as in `make run PORT=8088`" % text]:
            raise Failure("PORT=%s: %s" % (text, run.text()))


@case
def two_at_once():
    """Two at once serve both, with files of their own, and the end of one leaves the other"""
    with Demonstration() as one, Demonstration() as other:
        for run in (one, other):
            run.await_tour().serves()
        if one.port() == other.port():
            raise Failure("both listen on %d" % one.port())
        one.interrupt()
        other.serves()


@case
def interrupted():
    """Ctrl-C at any time leaves no process and no folder, and the next one starts"""
    for script in ("accounts", "redis"):
        for tenths in range(0, 16, 2):
            before = temporary_folders()
            with Demonstration(script) as run:
                time.sleep(tenths / 10)
            if temporary_folders() - before:
                raise Failure("after %.1f s there are still %s" % (tenths / 10, temporary_folders() - before))
        with Demonstration(script).await_tour() as run:
            run.serves()


@case
def killed():
    """Where the script itself is killed, what it started ends too"""
    run = Demonstration().await_tour()
    run.process.kill()
    run.process.wait()
    until = time.monotonic() + PATIENCE
    while processes_of(run.process.pid):
        if time.monotonic() > until:
            run.kill()
            raise Failure("processes are left: %s" % processes_of(run.process.pid))
        time.sleep(0.1)


@case
def unprivileged():
    """The gateway has no privileges, and the demonstration says so"""
    with Demonstration().await_tour() as run:
        user = 65534 if os.geteuid() == 0 else os.geteuid()
        if os.geteuid() == 0 and "The gateway runs as user %d, capabilities 0000000000000000." % user not in run.text():
            raise Failure(run.text())


def needs_root(function):
    function.needs_root = True
    return case(function)


@needs_root
def another_user():
    """Where root ran it before, another user can"""
    with Demonstration().await_tour():
        pass
    with Demonstration(before=OTHER_USER).await_tour() as run:
        run.serves()


@needs_root
def no_setpriv():
    """Root without setpriv gets one line that says what to install"""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bash", "env", "id", "dirname", "mktemp", "rm", "tac", "flock"):
            os.symlink(shutil.which(name), os.path.join(folder, name))
        run = Demonstration(before=[shutil.which("bash")], PATH=folder)
        if run.await_end() == 0 or not run.text().startswith("setpriv is missing") or len(run.text().splitlines()) != 1:
            raise Failure(run.text())


@needs_root
def out_of_reach():
    """Below a folder that only root may enter it works from a copy"""
    with tempfile.TemporaryDirectory() as folder:       # 0700, as root's home is
        for name in ("demo", "examples"):
            shutil.copytree(ROOT / name, os.path.join(folder, name))
        shutil.copy(ROOT / "routes.conf", folder)
        os.makedirs(os.path.join(folder, ".build/release"))
        shutil.copy(os.environ.get("GATEWAY_BIN", ROOT / ".build/release/gateway"), os.path.join(folder, ".build/release/gateway"))
        for script in ("accounts", "redis"):
            done = subprocess.run(["demo/%s.sh" % script, "--check"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE,
                                  env={**os.environ, "GATEWAY_BIN": ".build/release/gateway"})
            if done.returncode != 0 or "The gateway runs as user 65534" not in done.stdout:
                raise Failure(done.stdout + done.stderr)


def main():
    failed = 0
    for function in CASES:
        title = function.__doc__
        if getattr(function, "needs_root", False) and os.geteuid() != 0:
            print("left out, needs root: " + title)
            continue
        try:
            function()
            print("ok: " + title, flush=True)
        except (Failure, OSError, subprocess.SubprocessError) as error:
            failed += 1
            print("FAILED: %s\n%s" % (title, error), flush=True)
    print("%d of %d cases failed" % (failed, len(CASES)) if failed else "The demonstrations run where nothing is free.")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
