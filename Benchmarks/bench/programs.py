"""Starting and ending a program, and the gateway and the upstream. Each has a free port of 127.0.0.1 and a configuration of its own."""
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
import least_user

SECRET = secrets.token_hex(32)
LENGTH = 64      # octets of the upstream's answer
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def pinned(cores, command, unprivileged=False):
    """Where there is more than one core, the proxy has its own: else each would measure how the other is scheduled."""
    # Should this script be killed, the kernel ends what it started.
    command = least_user.command(command) if unprivileged else ["setpriv", "--pdeathsig", "TERM"] + command
    return command if len(CORES) < 2 else ["taskset", "-c", ",".join(map(str, cores))] + command


def serves(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Program:
    """A process that serves at `port`. Its figures are those of the process and its children."""

    running = []

    def __init__(self, name, command, port, cores, folder, environment=None, unprivileged=False):
        self.name, self.port, self.unprivileged = name, port, unprivileged
        self.log = os.path.join(folder, name + ".log")
        if serves(port):
            raise SystemExit("%s: something else serves at port %d already" % (name, port))
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                pinned(cores, command, unprivileged), stdout=log, stderr=log,
                env=least_user.environment(environment) if unprivileged else {**os.environ, **(environment or {})})
        Program.running.append(self)
        self.await_port()
        if unprivileged:
            least_user.tell(self.process.pid)

    def await_port(self):
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            if serves(self.port):
                return
            time.sleep(0.05)
        raise SystemExit("%s does not serve; its log:\n%s" % (self.name, open(self.log).read()[-2000:]))

    def pids(self):
        parent = str(self.process.pid)
        children = open("/proc/%s/task/%s/children" % (parent, parent)).read().split()
        return [parent] + children

    def cpu_seconds(self):
        return sum(self.cpu_times())

    def cpu_times(self):
        """Seconds in user space, and in the kernel."""
        user = kernel = 0
        for pid in self.pids():
            fields = open("/proc/%s/stat" % pid).read().rsplit(")", 1)[1].split()
            user, kernel = user + int(fields[11]), kernel + int(fields[12])
        return user / TICKS, kernel / TICKS

    def resident_bytes(self):
        total = 0
        for pid in self.pids():
            for line in open("/proc/%s/status" % pid):
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    @classmethod
    def end_all(cls):
        for program in reversed(cls.running.copy()):
            program.end()

    def end(self, patience=10):
        Program.running.remove(self)
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def upstream(folder, cores):
    port = free_port()
    os.makedirs(os.path.join(folder, "www"), exist_ok=True)
    with open(os.path.join(folder, "www", "large"), "wb") as file:
        file.write(os.urandom(1 << 20))
    path = write(folder, "upstream.conf", """
worker_processes %(workers)d; daemon off; pid %(folder)s/upstream.pid; error_log stderr;
events { worker_connections 16384; }
http { access_log off; keepalive_requests 1000000000; client_max_body_size 0; client_body_buffer_size 2m;
       client_body_temp_path %(folder)s/body;
       server { listen 127.0.0.1:%(port)d; root %(folder)s/www;
                location / { return 200 "%(body)s"; } location = /large { } } }
""" % {"folder": folder, "port": port, "body": "x" * LENGTH, "workers": len(cores)})
    return Program("upstream", ["nginx", "-p", folder, "-c", path], port, cores, folder)


RULES = "GET  /items-%05d/{id}  role=admin|manager  -> app\n"


def gateway(folder, upstream_port, cores, binary, threads=1, rules=10, key=None, name="gateway", tls=None, wrapper=(),
            blacklist=""):
    """`tls` is the certificate's file and its key's; `wrapper` what runs the program, such as valgrind; `blacklist` Redis's address."""
    port = free_port()
    path = write(folder, name + ".conf", """
listen    127.0.0.1:%d%s
upstream  app  http://127.0.0.1:%d
log       off
limits {
    max-connections  8000
}
tokens {
    key       %s
    issuer    https://gateway.example
    audience  app
}
%s* /public/**  public      -> app
* /**         role=admin  -> app
%s
""" % (port, " {\n    certificate file:%s file:%s\n}" % tls if tls else "", upstream_port, "RS256 file:" + key if key else "HS256 env:BENCH_SECRET",
       "".join(RULES % number for number in range(rules)), "blacklist  " + blacklist if blacklist else ""))
    least_user.own(path, *(tls or ()), *([key] if key else []))
    command = [*wrapper, least_user.reachable(binary), "run", "--config", path, "--threads", str(threads)]
    program = Program(name, command, port, cores, folder, {"BENCH_SECRET": SECRET}, unprivileged=True)
    program.configuration = path
    return program


def redis(folder, cores, logouts):
    """A Redis with so many tokens that were logged out."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    program = Program("redis", command, port, cores, folder)
    program.url = "redis://127.0.0.1:%d" % port
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"".join(b"SET blacklist:%d 1\r\n" % number for number in range(logouts)))
        answered = 0
        while answered < logouts * len(b"+OK\r\n"):
            answered += len(connection.recv(65536))
    return program


def tokens(binary, configuration, count=1, private_key=None, claims=("--role", "admin")):
    command = [binary, "token", "--config", configuration, *claims, "--count", str(count), "--expires-in", "1d"]
    if private_key:
        command += ["--private-key", private_key]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "BENCH_SECRET": SECRET})
    if result.returncode != 0:
        raise SystemExit(result.stderr)
    return result.stdout.split()


def key_pair(folder):
    private, public = os.path.join(folder, "rs256.key"), os.path.join(folder, "rs256.pub")
    for command in (["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", private],
                    ["pkey", "-in", private, "-pubout", "-out", public]):
        subprocess.run(["openssl"] + command, check=True, capture_output=True)
    return private, public


def missing():
    return [name for name in ("wrk", "h2load", "nginx", "haproxy", "openssl", "taskset", "setpriv") if shutil.which(name) is None]
