"""Without privileges: where root runs a check or a benchmark, the gateway that it starts runs as a service would, as user 65534 and
with no capability; what only root may do would not be noticed otherwise. Where another user runs it, as that user.

Should the script be killed, the kernel ends what it started so.
"""
import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile

USER = 65534
IS_NEEDED = os.geteuid() == 0
# In one call: the kernel forgets about the parent's death when a process gives up its user.
END_WITH_PARENT = ["--pdeathsig", "TERM"]
DROP = ["--reuid", str(USER), "--regid", str(USER), "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
        "--no-new-privs"]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@functools.cache
def launcher():
    """What stands before a command. Ends the script where root can't give up its privileges: nothing runs as root in silence."""
    if not IS_NEEDED:
        return [shutil.which("setpriv"), *END_WITH_PARENT] if shutil.which("setpriv") else []
    if not shutil.which("setpriv"):
        sys.exit("setpriv is missing, without which root can't run the gateway unprivileged: install util-linux, or run this as "
                 "another user")
    words = [shutil.which("setpriv"), *END_WITH_PARENT, *DROP]
    tried = subprocess.run([*words, "/bin/true"], capture_output=True, text=True)
    if tried.returncode != 0:
        sys.exit("the gateway can't run unprivileged here (%s): run this as another user than root" % tried.stderr.strip())
    return words


def command(words):
    """`words` as that user, ended with this process. Start it in the main thread: the kernel watches the thread that started it."""
    return [*launcher(), *words]


def environment(variables=None):
    """Of a command: PATH does not lead to folders that only root may enter."""
    return {**os.environ, **({"PATH": PATH} if IS_NEEDED else {}), **(variables or {})}


def own(*paths):
    """Files and folders, with all that is in them, become that user's, secrets too. Root goes on reading them."""
    for path in map(str, paths) if IS_NEEDED else ():
        os.chown(path, USER, USER)
        for folder, folders, files in os.walk(path):
            for name in folders + files:
                os.chown(os.path.join(folder, name), USER, USER, follow_symlinks=False)


@functools.cache
def reachable(program):
    """The program's absolute path; a copy's, until the script ends, where that user can't run it, as below root's home."""
    path = os.path.abspath(program)
    if can_run(path) or not os.path.exists(path):
        return path
    folder = tempfile.mkdtemp(prefix="gateway-program-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chmod(folder, 0o755)
    copy = shutil.copy(path, folder)
    os.chmod(copy, 0o755)
    if not can_run(copy):
        sys.exit("user %d can run neither %s nor a copy of it in %s: TMPDIR names another folder" % (USER, path, folder))
    return copy


def can_run(path):
    return subprocess.run([*launcher(), "test", "-x", path], env=environment()).returncode == 0


def tell(pid):
    """Says once as what the gateway runs; ends the script where that is root although it need not be."""
    with open("/proc/%d/status" % pid) as file:
        status = dict(line.split(":", 1) for line in file)
    users, capabilities = status["Uid"].split(), status["CapEff"].strip()
    if IS_NEEDED and (set(users) != {str(USER)} or int(capabilities, 16) != 0):
        sys.exit("the gateway kept privileges: users %s, capabilities %s" % (" ".join(users), capabilities))
    if not tell.has_told:
        tell.has_told = True
        print("The gateway runs as user %s, capabilities %s." % (users[1], capabilities), flush=True)


tell.has_told = False
