"""Servers that get HTTP/2 wrong in one way each: `Connection` must notice. And one that does all that a server may do."""
import socket
import threading
import zlib

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded

from account import LOGGED_OUT, Ledger, own
from http2_connection import Connection, Ended, Exchange

OWNERS = ("t1", "t2", "t3")
# Seconds: with what is planted, and where all is well, so that a slow machine is not taken for a fault.
PATIENCE, GREAT_PATIENCE = 1, 20


class Server(threading.Thread):
    """Takes three requests, then does with their streams, 1, 3 and 5, what is planted."""

    def __init__(self, connection, plant):
        super().__init__(daemon=True)
        self.socket, self.plant, self.requests, self.ended, self.sums = connection, plant, {}, set(), {}
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))

    def run(self):
        self.h2.initiate_connection()
        try:
            while len(self.ended) < len(OWNERS):
                self.flush()
                for event in self.h2.receive_data(self.socket.recv(65536)):
                    self.take(event)
            self.plant(self)
            self.flush()
            while self.socket.recv(65536):
                pass
        except OSError:
            pass        # the client has left
        finally:
            self.socket.close()

    def take(self, event):
        if isinstance(event, RequestReceived):
            self.requests[event.stream_id], self.sums[event.stream_id] = dict(event.headers), 0
        elif isinstance(event, DataReceived):
            self.sums[event.stream_id] = zlib.crc32(event.data, self.sums[event.stream_id])
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.ended.add(event.stream_id)

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def own(self, stream):
        request = self.requests[stream]
        return own(request[":path"].encode(), request["authorization"].split()[1].encode(), self.sums[stream])

    def answer(self, stream, status=200, body=None, length=None, ends=True):
        body = self.own(stream) if body is None else body
        self.h2.send_headers(stream, [(":status", str(status)), ("x-request-id", "r%d" % stream),
                                      ("content-length", str(len(body) if length is None else length))])
        self.h2.send_data(stream, body, end_stream=ends)

    def answer_all(self, *but):
        for stream in (1, 3, 5):
            if stream not in but:
                self.answer(stream)

    def goaway(self, last, code=0):
        self.flush()
        self.socket.sendall(b"\0\0\x08\x07\0" + bytes(4) + last.to_bytes(4, "big") + code.to_bytes(4, "big"))


def answers_swapped(server):
    server.answer(1, body=server.own(3))
    server.answer(3, body=server.own(1))
    server.answer(5)


def body_of_another(server):
    server.sums[5] ^= 1
    server.answer_all()


def answer_that_ends_early(server):
    server.answer_all(3)
    server.answer(3, length=len(server.own(3)) + 1)


def data_after_the_end(server):
    server.answer_all()
    server.flush()
    server.socket.sendall(b"\0\0\x01\0\x01\0\0\0\x03x")


def frame_of_no_sense(server):
    """SETTINGS on a stream."""
    server.answer_all()
    server.flush()
    server.socket.sendall(b"\0\0\0\x04\0\0\0\0\x03")


def window_overrun(server):
    server.answer_all(3)
    server.answer(3, length=10_000_000, ends=False)
    server.flush()
    for _ in range(5):
        server.socket.sendall(b"\0\x40\0\0\0\0\0\0\x03" + bytes(0x4000))


def close(server, *but):
    server.answer_all(*but)
    server.flush()
    server.socket.shutdown(socket.SHUT_RDWR)


def reset_without_an_answer(server):
    server.answer_all(3)
    server.h2.reset_stream(3, ErrorCodes.INTERNAL_ERROR)


def goaway_for_a_fault(server):
    server.answer_all()
    server.goaway(5, ErrorCodes.ENHANCE_YOUR_CALM)


def goaway_and_silence(server):
    server.answer_all(3)
    server.goaway(3)


PLANTED = {
    "answers on each other's streams": answers_swapped,
    "a body that is another's": body_of_another,
    "an answer that looks whole and is not": answer_that_ends_early,
    "data on a stream that has ended": data_after_the_end,
    "a frame that makes no sense": frame_of_no_sense,
    "more data than the window has room for": window_overrun,
    "a connection closed with a request under way": lambda server: close(server, 3),
    "a stream that was reset without an answer": reset_without_an_answer,
    "a stream without an end": lambda server: server.answer_all(3),
    "GOAWAY for a fault that was none": goaway_for_a_fault,
    "a request forgotten behind GOAWAY": goaway_and_silence,
    "a logged-out token that passed over HTTP/2": lambda server: server.answer_all(),
}


def part_of_an_answer(server):
    server.answer_all(3)
    server.answer(3, ends=False)
    server.h2.reset_stream(3, ErrorCodes.INTERNAL_ERROR)


def refused_stream(server):
    server.answer_all(3)
    server.h2.reset_stream(3, ErrorCodes.REFUSED_STREAM)


def two_goaways(server):
    """As a server that leaves: the second says which streams it will not look at; the others are answered yet."""
    server.goaway(2 ** 31 - 1)
    server.goaway(3)
    server.answer_all(5)


def logged_out(server):
    server.answer_all(3)
    server.answer(3, 401, b"{}")


# And what is written down of each request: its status, or that it was not looked at.
REFUSED = "not looked at"
ALLOWED = {
    "nothing wrong": (lambda server: server.answer_all(), [200, 200, 200]),
    "an answer that is cut off": (part_of_an_answer, [200, 200, 200]),
    "a stream that was not looked at": (refused_stream, [200, REFUSED, 200]),
    "a server that leaves": (two_goaways, [200, 200, REFUSED]),
    "a server that closes when all is answered": (close, [200, 200, 200]),
    "a logged-out token that was refused": (logged_out, [200, 401, 200]),
}


# The second request's, where they are not a plain client's.
MANNERS = {
    "more data than the window has room for": {"sip": 0},
    "a logged-out token that passed over HTTP/2": {"permitted": LOGGED_OUT},
    "a logged-out token that was refused": {"permitted": LOGGED_OUT},
}


def ledger_of(name, plant, patience):
    ours, theirs = socket.socketpair()
    server, ledger = Server(theirs, plant), Ledger()
    connection = Connection(ours, ledger, patience=patience)
    server.start()
    for owner in OWNERS:
        manners = MANNERS.get(name, {}) if owner == "t2" else {}
        connection.ask(Exchange(ledger.next(), "/api/up/", owner, owner, body=b"u" * 100_000, **manners))
    try:
        connection.finish()
        ours.shutdown(socket.SHUT_WR)
        while octets := connection.read(65536, patience):     # what comes after the answers
            connection.receive(octets)
    except Ended:
        pass
    ours.close()
    server.join()
    return ledger


def written(statuses):
    """What the ledger must hold."""
    names = [("n%08d" % number, "r%d" % (2 * number - 1), status) for number, status in enumerate(statuses, start=1)]
    return ({name: (status, request_id) for name, request_id, status in names if status != REFUSED},
            {name for name, _, status in names if status == REFUSED})


def run():
    """What was planted and not found, and what was found where nothing was planted."""
    missed, complaints = [name for name, plant in PLANTED.items() if not ledger_of(name, plant, PATIENCE).violations], []
    for name, (plant, statuses) in ALLOWED.items():
        ledger = ledger_of(name, plant, GREAT_PATIENCE)
        complaints += ["%s: %s" % (name, violation) for violation in ledger.violations]
        if (ledger.reached, ledger.refused) != written(statuses):
            complaints.append("%s: the ledger has %s, %s" % (name, ledger.reached, ledger.refused))
    return missed, complaints
