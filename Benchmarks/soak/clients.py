"""Clients of every kind, each with a thread of its own: proper ones, and those that vanish, dawdle or are logged out."""
import base64
import itertools
import json
import random
import socket
import threading
import time

PATIENCE = 25


class Ledger:
    """What was asked, and what came of it."""

    def __init__(self):
        self.lock, self.numbers = threading.Lock(), itertools.count(1)
        self.outcomes, self.answered, self.violations = {}, set(), []

    def next(self):
        with self.lock:
            return "n%08d" % next(self.numbers)

    def note(self, name, outcome, answered):
        with self.lock:
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
            if answered:
                self.answered.add(name)

    def violation(self, text):
        with self.lock:
            self.violations.append(text)


def token_id(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"]


class Client(threading.Thread):
    def __init__(self, gateway, redis, tokens, ledger, stop):
        super().__init__(daemon=True)
        self.gateway, self.redis, self.tokens, self.ledger, self.stopped = gateway, redis, tokens, ledger, stop
        self.connection = self.reader = None

    def run(self):
        kinds = [(self.proper, 60), (self.large, 6), (self.upload, 6), (self.slow, 4), (self.cut, 4), (self.vanish_early, 5),
                 (self.vanish_late, 5), (self.slow_reader, 1), (self.slow_writer, 1), (self.logged_out, 8)]
        while not self.stopped.is_set():
            kind = random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
            try:
                kind()
            except socket.timeout:
                self.ledger.violation("%s: no answer and no close within %d s" % (kind.__name__, PATIENCE))
                self.drop()
            except (OSError, ValueError, IndexError):
                self.ledger.note("", "closed", False)
                self.drop()
        self.drop()

    # Kinds

    def proper(self): self.exchange("/api/")
    def large(self): self.exchange("/api/large/")
    def slow(self): self.exchange("/api/slow/")
    def cut(self): self.exchange("/api/cut/")
    def upload(self): self.exchange("/api/up/", body=b"u" * random.randint(1, 200_000))

    def vanish_early(self):
        connection = self.connect()
        connection.sendall(b"POST /api/gone/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n"[:random.randint(1, 60)])
        self.drop()

    def vanish_late(self):
        self.send("/api/large/" + self.ledger.next(), random.choice(self.tokens))
        self.connection.recv(random.randint(1, 5000))
        self.drop()

    def slow_reader(self):
        name = self.ledger.next()
        self.send("/api/large/" + name, random.choice(self.tokens))
        for _ in range(10):
            if not self.connection.recv(2000):
                break
            time.sleep(0.1)
        self.drop()

    def slow_writer(self):
        connection = self.connect()
        for octet in b"GET /api/never/x HTTP/1.1\r\n":
            connection.sendall(bytes([octet]))
            time.sleep(0.15)
        self.drop()

    def logged_out(self):
        token = self.gateway_token()
        if self.redis.command("SET", "blacklist:" + token_id(token), "1", "EX", "3600") != b"+OK":
            return
        status = self.exchange("/api/out/", token=token)
        if status == 200:
            self.ledger.violation("a token that was logged out passed")

    def gateway_token(self):
        with self.ledger.lock:
            return self.tokens.pop() if len(self.tokens) > 100 else self.tokens[0]

    # One request

    def connect(self):
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.gateway.port), PATIENCE)
            self.reader = self.connection.makefile("rb")
        return self.connection

    def drop(self):
        if self.connection is not None:
            self.reader.close()
            self.connection.close()
        self.connection = self.reader = None

    def send(self, target, token, body=b""):
        head = "%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n" % ("POST" if body else "GET", target, token)
        if body:
            head += "Content-Length: %d\r\n" % len(body)
        self.connect().sendall(head.encode() + b"\r\n" + body)

    def exchange(self, folder, token=None, body=b""):
        name = self.ledger.next()
        self.send(folder + name, token or self.tokens[0], body)
        line = self.reader.readline()
        if not line:
            raise OSError
        status, length, closes = int(line.split()[1]), 0, False
        for field in iter(self.reader.readline, b"\r\n"):
            if not field:
                raise OSError
            lower = field.lower()
            if lower.startswith(b"content-length:"):
                length = int(lower.split(b":")[1])
            closes |= lower.startswith(b"connection: close")
        content = self.reader.read(length)
        if status == 200 and len(content) == length and content.split(b" ")[0] != (folder + name).encode():
            self.ledger.violation("%s got the answer %r" % (name, content[:60]))
        self.ledger.note(name, status if len(content) == length else "%d cut off" % status, True)
        if closes or len(content) != length:
            self.drop()
        return status
