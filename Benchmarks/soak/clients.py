"""Clients of every kind over HTTP/1.1, each with a thread of its own: proper ones, and those that vanish, dawdle or are logged out."""
import base64
import collections
import json
import random
import socket
import threading
import time

from account import LOGGED_OUT, PATIENCE, VALID, Answer, asked, fault_of_answer

# Enough for no buffer of the kernel's to hold it: the gateway must wait for the reader.
SLOW_RECEIVE_BUFFER = 4096


def token_id(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"]


class Tokens:
    """Valid tokens, and those that Redis said it had logged out."""

    def __init__(self, tokens, redis):
        self.valid, self.redis, self.lock, self.logged_out = tokens, redis, threading.Lock(), collections.deque(maxlen=2000)

    def any(self):
        """Of the first hundred, which are never logged out: most are known to the gateway by then."""
        return self.valid[random.randrange(100)]

    def take(self):
        """One that nobody else will use; None where there is none left."""
        with self.lock:
            return self.valid.pop() if len(self.valid) > 100 else None

    def log_out(self, token=None):
        """A token, given or not, that is logged out now; None where Redis did not say so."""
        token = token or self.take()
        if token is None or self.redis.command("SET", "blacklist:" + token_id(token), "1", "EX", "86400") != b"+OK":
            return None
        self.logged_out.append(token)
        return token

    def logged_out_before(self):
        return random.choice(self.logged_out) if self.logged_out else None


class Client(threading.Thread):
    def __init__(self, port, tokens, ledger, stop):
        super().__init__(daemon=True)
        self.port, self.tokens, self.ledger, self.stopped = port, tokens, ledger, stop
        self.connection = self.reader = None

    def run(self):
        kinds = [(self.proper, 60), (self.large, 6), (self.upload, 6), (self.slow, 4), (self.cut, 4), (self.vanish_early, 5),
                 (self.vanish_late, 5), (self.slow_reader, 2), (self.slow_writer, 1), (self.slow_upload, 1),
                 (self.websocket, 3), (self.log_out, 8), (self.logged_out_before, 4)]
        while not self.stopped.is_set():
            kind = random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
            try:
                kind()
            except socket.timeout:
                self.ledger.violation("%s: nothing came, and no close, for %d s" % (kind.__name__, PATIENCE))
                self.drop()
            except OSError:
                self.ledger.note("closed")
                self.drop()
            except Exception as error:      # else a client would end in silence, and there would be less load
                self.ledger.violation("%s: %r" % (kind.__name__, error))
                self.drop()
        self.drop()

    # Kinds

    def proper(self): self.exchange("/api/")
    def large(self): self.exchange("/api/large/")
    def slow(self): self.exchange("/api/slow/")
    def cut(self): self.exchange("/api/cut/")
    def upload(self): self.exchange("/api/up/", body=b"u" * random.randint(1, 200_000))

    def log_out(self):
        token = self.tokens.log_out()
        if token:
            self.exchange("/api/out/", token, permitted=LOGGED_OUT)

    def logged_out_before(self):
        """Also after Redis died and came back."""
        token = self.tokens.logged_out_before()
        if token:
            self.exchange("/api/out/", token, permitted=LOGGED_OUT)

    def vanish_early(self):
        head = b"POST /api/gone/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
        self.connect().sendall(head[:random.randint(1, len(head))])
        self.drop()

    def vanish_late(self):
        name = self.ledger.next()
        self.send("/api/large/" + name)
        if self.connection.recv(random.randint(1, 5000)):
            self.ledger.reach(name)
        self.drop()

    def slow_reader(self):
        self.drop()
        name = self.ledger.next()
        self.send("/api/huge/" + name, buffer=SLOW_RECEIVE_BUFFER)
        for _ in range(random.randint(1, 20)):
            if not self.connection.recv(2000):
                break
            self.ledger.reach(name)
            time.sleep(0.1)
        self.drop()

    def slow_writer(self):
        """Takes longer for a head than it may: it is refused, or closed."""
        self.drop()
        connection = self.connect()
        try:
            for octet in b"GET /api/never/x HTTP/1.1\r\nX: y\r\n":
                connection.sendall(bytes([octet]))
                time.sleep(0.15)
            while connection.recv(65536):
                pass
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.ledger.note("slow writer closed")
        self.drop()

    def slow_upload(self):
        pieces = [b"u" * 100] * 8
        name, token, begin = self.ledger.next(), self.tokens.any(), time.monotonic()
        self.send("/api/up/" + name, token, head_only=sum(map(len, pieces)))
        for piece in pieces:
            time.sleep(0.2)
            self.connection.sendall(piece)
        self.judge(asked("/api/up/" + name, token_id(token), b"".join(pieces)), begin, self.answer(name))

    def websocket(self):
        self.drop()
        name, token, begin = self.ledger.next(), self.tokens.any(), time.monotonic()
        target = "/api/socket/" + name
        self.send(target, token, extra="Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")
        answer = self.answer(name)
        if answer is None or answer.status != 101:
            return self.judge(asked(target, token_id(token)), begin, answer)
        self.ledger.note("101")
        for number in range(random.randint(1, 5)):
            message = ("%s %d" % (name, number)).encode()
            self.connection.sendall(bytes([0x81, 0x80 | len(message)]) + b"\0\0\0\0" + message)
            echo = self.reader.read(2 + len(message))
            if len(echo) < 2 or echo[0] == 0x88:     # the upstream died
                break
            if not (bytes([0x81, len(message)]) + message).startswith(echo):
                self.ledger.violation("%s: the WebSocket said %r" % (target, echo))
        self.drop()

    # One request

    def connect(self, buffer=None):
        if self.connection is None:
            self.connection = socket.socket()
            if buffer:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            self.connection.settimeout(PATIENCE)
            self.connection.connect(("127.0.0.1", self.port))
            self.reader, self.used = self.connection.makefile("rb"), False
        return self.connection

    def drop(self):
        if self.connection is not None:
            if self.reader is not None:
                self.reader.close()
            self.connection.close()
        self.connection = self.reader = None

    def send(self, target, token=None, body=b"", extra="", head_only=0, buffer=None):
        """`head_only`: the length of a body that the caller sends."""
        head = "%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n%s" % (
            "POST" if body or head_only else "GET", target, token or self.tokens.any(), extra)
        if body or head_only:
            head += "Content-Length: %d\r\n" % (len(body) or head_only)
        self.connect(buffer).sendall(head.encode() + b"\r\n" + body)

    def exchange(self, folder, token=None, body=b"", permitted=VALID):
        name, token, begin = self.ledger.next(), token or self.tokens.any(), time.monotonic()
        self.send(folder + name, token, body)
        self.judge(asked(folder + name, token_id(token), body, permitted), begin, self.answer(name))

    def answer(self, name):
        """None where the connection was closed before there was one, or in its head."""
        try:
            line = self.reader.readline()
            if not line:
                return None
            self.ledger.reach(name)
            status, length, closes, request_id = int(line.split()[1]), 0, False, None
            for field in iter(self.reader.readline, b"\r\n"):
                if not field:
                    return None
                field_name, _, value = field.strip().partition(b":")
                field_name = field_name.lower()
                if field_name == b"content-length":
                    length = int(value)
                elif field_name == b"x-request-id":
                    request_id = value.strip().decode()
                closes |= field_name == b"connection" and b"close" in value
            self.ledger.reach(name, status, request_id)
            body = self.read(length)
        except ConnectionError:
            return None
        if closes or len(body) != length:
            self.drop()
        return Answer(status, request_id, body, len(body) == length)

    def read(self, length):
        """As much of a body as comes, also where the connection is reset."""
        body = b""
        try:
            while len(body) < length:
                piece = self.reader.read1(length - len(body))
                if not piece:
                    break
                body += piece
        except ConnectionError:
            pass
        return body

    def judge(self, asked, begin, answer):
        """A connection that served before may be closed under a request, RFC 9112 section 9.3.1; a new one may not."""
        seconds, used = time.monotonic() - begin, self.connection is not None and self.used
        if answer is None:
            if not used:
                self.ledger.violation("%s: a new connection was closed without an answer" % asked.target)
            self.ledger.note("closed before the answer")
            return self.drop()
        self.used = True
        self.ledger.note("%d" % answer.status if answer.complete else "%d cut off" % answer.status)
        fault = fault_of_answer(asked, answer, seconds)
        if fault:
            self.ledger.violation(fault)
