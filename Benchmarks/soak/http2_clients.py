"""Clients that speak HTTP/2 over TLS, each with a thread of its own and many requests at a time on its connection."""
import math
import random
import socket
import ssl
import struct
import threading

from account import LOGGED_OUT, PATIENCE, STALLED
from clients import SLOW_RECEIVE_BUFFER, token_id
from http2_connection import Connection, Ended, Exchange

MOST_AT_A_TIME = 16
# As the gateway's idle-timeout, 5 s, and its clock, which is looked at now and then.
IDLE_SECONDS = 4.5, 6.5


class HTTP2Client(threading.Thread):
    def __init__(self, port, certificate, tokens, ledger, stop):
        super().__init__(daemon=True)
        self.port, self.tokens, self.ledger, self.stopped = port, tokens, ledger, stop
        self.context = ssl.create_default_context(cafile=certificate)
        self.context.set_alpn_protocols(["h2"])
        self.connection = None

    def run(self):
        lives = [(self.busy, 12), (self.vanish, 4), (self.vanish_in_a_frame, 2), (self.slow_connection, 1), (self.idle, 1)]
        while not self.stopped.is_set():
            life = random.choices([life for life, _ in lives], [weight for _, weight in lives])[0]
            try:
                life()
            except Ended:
                pass
            except Exception as error:      # else a client would end in silence, and there would be less load
                self.ledger.violation("HTTP/2 %s: %r" % (life.__name__, error))
            self.drop()

    # What becomes of a connection

    def busy(self):
        """Up to so many requests at a time, until there were enough, or the gateway says so."""
        self.connect(window=random.choice([65535, 65535, 16384, 4096]))
        most, left = random.randint(1, MOST_AT_A_TIME), random.randint(10, 200)
        while left > 0 and self.connection.takes_more and not self.stopped.is_set():
            while len(self.connection.exchanges) < most and self.connection.takes_more:
                self.ask_something()
                left -= 1
            self.connection.turn()
        self.connection.finish()
        self.connection.h2.close_connection()
        self.connection.flush()

    def vanish(self):
        """In the middle of streams, by FIN or RST, and without a word of TLS."""
        self.connect()
        for _ in range(random.randint(1, MOST_AT_A_TIME)):
            self.ask_something()
        for _ in range(random.randint(1, 8)):
            self.connection.turn(most=random.randint(1, 20_000))
        if random.random() < 0.5:
            self.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.ledger.note("HTTP/2 vanished")

    def vanish_in_a_frame(self):
        self.connect()
        for _ in range(random.randint(1, 4)):
            self.proper()
        octets = self.connection.h2.data_to_send()
        self.connection.socket.sendall(octets[:random.randint(1, len(octets) - 1)])
        self.ledger.note("HTTP/2 vanished in a frame")

    def slow_connection(self):
        """Its windows are wide, but it hardly reads."""
        self.connect(window=2 ** 24, buffer=SLOW_RECEIVE_BUFFER)
        self.connection.h2.increment_flow_control_window(2 ** 24)
        for _ in range(random.randint(1, 4)):
            self.ask("/api/huge/")
            self.ask("/api/large/")
        for _ in range(random.randint(1, 20)):
            self.connection.turn(most=2000)
            self.stopped.wait(0.1)
        self.ledger.note("HTTP/2 slow connection")

    def idle(self):
        """Asks again when the gateway is about to say, or has said, that it waits no longer."""
        self.connect()
        self.proper()
        self.connection.finish()
        if not self.stopped.wait(random.uniform(*IDLE_SECONDS)):
            for _ in range(3):
                self.proper()
            self.connection.finish()

    # Requests

    def ask_something(self):
        kinds = [(self.proper, 60), (self.large, 6), (self.upload, 10), (self.slow, 4), (self.cut, 4), (self.slow_upload, 1),
                 (self.stalled_upload, 0.3), (self.slow_reader, 2), (self.stalled_reader, 0.3), (self.reset_at_once, 2),
                 (self.reset_upload, 2), (self.reset_answer, 3), (self.log_out, 6), (self.log_out_used, 6), (self.log_out_reading, 0.3),
                 (self.logged_out_before, 4)]
        random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def proper(self): self.ask("/api/")
    def large(self): self.ask("/api/large/")
    def slow(self): self.ask("/api/slow/")
    def cut(self): self.ask("/api/cut/")

    def upload(self):
        """Also more than the window of a stream, 128 KB."""
        self.ask("/api/up/", body=random.randbytes(random.randint(1, 300_000)), says_length=random.random() < 0.5)

    def slow_upload(self):
        self.ask("/api/up/", body=random.randbytes(800), pause=0.2)

    def stalled_upload(self):
        """Nothing comes of what was announced: it is refused."""
        self.ask("/api/up/", body=b"u" * 1000, pause=math.inf, permitted=STALLED)

    def slow_reader(self):
        """Also one that takes longer than the gateway's body-timeout, by far."""
        sips = random.choice([150] + [random.randint(1, 20)] * 9)
        self.ask("/api/huge/", sip=2000, gives_up=lambda exchange: exchange.sips >= sips)

    def stalled_reader(self):
        """Takes nothing beyond the first window: its stream is reset, and no other suffers from it."""
        self.ask("/api/huge/", sip=0)

    def reset_at_once(self):
        self.ask("/api/large/", gives_up=lambda _: True)

    def reset_upload(self):
        octets = random.randint(1, 200_000)
        self.ask("/api/up/", body=random.randbytes(octets + 1), gives_up=lambda exchange: exchange.sent >= octets)

    def reset_answer(self):
        octets = random.randint(0, 200_000)
        self.ask("/api/large/", gives_up=lambda exchange: exchange.status is not None and exchange.received >= octets)

    def log_out(self):
        token = self.tokens.log_out()
        if token:
            self.ask("/api/out/", token, permitted=LOGGED_OUT)

    def log_out_used(self):
        """The gateway knows the token, and just let it pass on this connection."""
        def then_log_out(exchange):
            if self.tokens.log_out(exchange.token) and self.connection.takes_more:
                self.ask("/api/out/", exchange.token, permitted=LOGGED_OUT)
        token = self.tokens.take()
        if token:
            self.ask("/api/", token, afterwards=then_log_out)

    def log_out_reading(self):
        """A download ends when its token is logged out: its slow reader waits for nothing else."""
        sips, left = random.randint(1, 10), [self.tokens.take()]

        def fails_to_log_out(exchange):
            if not left or not exchange.received or exchange.sips < sips:
                return False
            return self.tokens.log_out(left.pop()) is None
        if left[0]:
            self.ask("/api/huge/", left[0], sip=2000, gives_up=fails_to_log_out)

    def logged_out_before(self):
        """Also after Redis died and came back."""
        token = self.tokens.logged_out_before()
        if token:
            self.ask("/api/out/", token, permitted=LOGGED_OUT)

    # One connection

    def connect(self, window=65535, buffer=None):
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(PATIENCE)
        plain.connect(("127.0.0.1", self.port))
        tls = self.context.wrap_socket(plain, server_hostname="localhost")
        self.connection = Connection(tls, self.ledger, window)
        if tls.selected_alpn_protocol() != "h2":
            raise ValueError("HTTP/2 was not agreed on")

    def ask(self, folder, token=None, **manners):
        token = token or self.tokens.any()
        self.connection.ask(Exchange(self.ledger.next(), folder, token, token_id(token), **manners))

    def drop(self):
        if self.connection is not None:
            self.connection.socket.close()
        self.connection = None
