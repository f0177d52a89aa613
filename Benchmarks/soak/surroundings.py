"""The gateway of a soak, and its Redis, which can be made to fail."""
import os
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
import least_user


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def certificate(folder):
    """One that signs itself, and its key."""
    names = os.path.join(folder, "tls.pem"), os.path.join(folder, "tls.key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", names[0], "-keyout", names[1]],
        check=True, capture_output=True)
    return names


class Redis:
    """Keeps every write on disk, so that a logout outlives its death."""

    def __init__(self, folder):
        self.port, self.folder, self.process = free_port(), folder, None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "yes", "--appendfsync", "always",
             "--appendfsync", "always", "--dir", self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end and self.command("PING") != b"+PONG":
            time.sleep(0.05)

    def command(self, *words):
        """The first line of the reply; None where there is none within two seconds."""
        text = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                connection.sendall(text)
                return connection.makefile("rb").readline().strip()
        except OSError:
            return None

    def freeze(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Gateway:
    def __init__(self, binary, above, upstream, redis):
        folder = os.path.join(above, "gateway")     # Redis has the one above
        os.mkdir(folder)
        os.chmod(above, 0o755)
        self.port, self.tls_port, self.log, self.folder = free_port(), free_port(), os.path.join(folder, "access.log"), folder
        self.certificate, key = certificate(folder)
        self.configuration = os.path.join(folder, "routes.conf")
        self.errors = os.path.join(folder, "errors.log")
        self.environment = least_user.environment({"SOAK_SECRET": os.urandom(32).hex()})
        with open(self.configuration, "w") as file:
            file.write("""
listen     127.0.0.1:%d
listen     127.0.0.1:%d {
    certificate  file:%s  file:%s
}
upstream   app  http://127.0.0.1:%d
log        %s
blacklist  redis://127.0.0.1:%d
tokens {
    key       HS256  env:SOAK_SECRET
    issuer    https://gateway.example
    audience  app
}
identity {
    header  X-Token-Id  jti
}
limits {
    body-timeout      5s
    response-timeout  5s
    idle-timeout      5s
    header-timeout    3s
}
*  /public/**  public
*  /**         authenticated
""" % (self.port, self.tls_port, self.certificate, key, upstream, self.log, redis))
        least_user.own(folder)
        self.binary = least_user.reachable(binary)
        with open(self.errors, "w") as errors:
            self.process = subprocess.Popen(
                least_user.command([self.binary, "run", "--config", self.configuration, "--threads", "2"]), stderr=errors,
                env=self.environment)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                least_user.tell(self.process.pid)
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the gateway does not serve:\n" + open(self.errors).read())

    def tokens(self, count):
        return subprocess.run(
            least_user.command(
                [self.binary, "token", "--config", self.configuration, "--count", str(count), "--expires-in", "1d"]),
            env=self.environment, capture_output=True, text=True, check=True).stdout.split()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def megabytes(self):
        for line in open("/proc/%d/status" % self.process.pid):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0

    def end(self):
        """The exit status."""
        self.process.terminate()
        try:
            return self.process.wait(40)
        except subprocess.TimeoutExpired:
            return "none: it hung"

    def kill(self):
        self.process.kill()
        self.process.wait()
