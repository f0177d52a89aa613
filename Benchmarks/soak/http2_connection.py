"""One connection of HTTP/2 and the requests on its streams, each with manners of its own."""
import math
import random
import socket
import ssl
import time

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from account import PATIENCE, VALID, Answer, asked, fault_of_stream

DATA, HEADERS, GOAWAY = 0, 1, 7
# The gateway bears 200 in 30 seconds. One of ours brings others about, for what was on its way to us.
MOST_RESETS = 100
# Seconds: a client that sips later than this may have been too slow.
MOST_LATE = 1
# Octets of an answer that are kept: more than the upstream says of a request.
KEPT = 200


class Ended(Exception):
    """The connection is over, and what became of its requests is in the ledger."""


class Exchange:
    """A request, the manners of its client, and what came of it. `pause` seconds lie between two pieces of its body. `sip` octets of
    its answer are allowed every so many seconds, all of them at once where it is None. It is given up as soon as `gives_up(exchange)`.
    """

    def __init__(self, name, folder, token, owner, permitted=VALID, body=b"", says_length=True, pause=0, sip=None, sip_pause=0.1,
                 gives_up=None, afterwards=None):
        self.name, self.token, self.asked = name, token, asked(folder + name, owner, body, permitted)
        self.body, self.says_length, self.pause, self.sip, self.sip_pause = body, says_length, pause, sip, sip_pause
        self.gives_up, self.afterwards = gives_up or (lambda _: False), afterwards
        self.begin, self.sent, self.received, self.sips = time.monotonic(), 0, 0, 0
        self.next_piece, self.next_sip = self.begin + pause, self.begin + sip_pause
        self.status, self.request_id, self.kept, self.sips_in_time = None, None, b"", True

    def fields(self):
        fields = [(":method", "POST" if self.body else "GET"), (":scheme", "https"), (":authority", "localhost"),
                  (":path", self.asked.target), ("authorization", "Bearer " + self.token)]
        return fields + ([("content-length", str(len(self.body)))] if self.body and self.says_length else [])

    def answer(self, complete):
        return None if self.status is None else Answer(self.status, self.request_id, self.kept, complete)


class Connection:
    """Over a socket on which HTTP/2 was agreed on. h2 judges the frames, the flow control and the lengths of what comes."""

    def __init__(self, socket, ledger, window=65535, patience=PATIENCE):
        self.socket, self.ledger, self.patience = socket, ledger, patience
        self.exchanges, self.input, self.resets, self.given_up = {}, bytearray(), 0, set()
        # From GOAWAY: the last stream that is, or will be, looked at.
        self.last = None
        self.h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.h2.local_settings = Settings(
            client=True, initial_values={SettingCodes.ENABLE_PUSH: 0, SettingCodes.INITIAL_WINDOW_SIZE: window})
        self.h2.initiate_connection()

    @property
    def takes_more(self):
        return self.last is None and self.resets < MOST_RESETS

    def ask(self, exchange):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, exchange.fields(), end_stream=not exchange.body)
        self.exchanges[stream] = exchange

    def turn(self, most=65536):
        """Sends what may be sent, waits for something to come or to be done, and takes it."""
        self.give_up()
        self.sip()
        sent = self.send_bodies()
        self.flush()
        octets = self.read(most, 0.001 if sent else self.seconds_until_due())
        if octets == b"":
            self.close()
        if octets:
            self.receive(octets)
        self.look_for_silence()

    def finish(self):
        """Until each request has its answer."""
        while self.exchanges:
            self.turn()

    # Sending

    def give_up(self):
        for stream, exchange in list(self.exchanges.items()):
            if exchange.gives_up(exchange):
                self.h2.reset_stream(stream, ErrorCodes.CANCEL)
                self.resets += 1
                self.given_up.add(stream)
                self.over(stream, "given up")

    def sip(self):
        for stream, exchange in self.exchanges.items():
            if exchange.sip and exchange.next_sip <= time.monotonic():
                exchange.sips_in_time &= time.monotonic() - exchange.next_sip < MOST_LATE
                exchange.next_sip, exchange.sips = time.monotonic() + exchange.sip_pause, exchange.sips + 1
                self.h2.increment_flow_control_window(exchange.sip, stream)

    def send_bodies(self):
        """A piece of each, so that they are mixed. Whether there was any."""
        sent = False
        for stream, exchange in self.exchanges.items():
            room, rest = self.h2.local_flow_control_window(stream), len(exchange.body) - exchange.sent
            if rest and room and exchange.next_piece <= time.monotonic():
                size = min(rest, room, 100 if exchange.pause else random.randint(1, 16384))
                self.h2.send_data(stream, exchange.body[exchange.sent:exchange.sent + size], end_stream=size == rest)
                exchange.sent, exchange.next_piece, sent = exchange.sent + size, time.monotonic() + exchange.pause, True
        return sent

    def flush(self):
        octets = self.h2.data_to_send()
        if not octets:
            return
        try:
            self.socket.settimeout(self.patience)
            self.socket.sendall(octets)
        except socket.timeout:
            self.violation("%d octets were not taken for %d s" % (len(octets), self.patience))
            self.close()
        except (ConnectionError, ssl.SSLEOFError):
            pass        # what was said before the close is still to be read

    # Receiving

    def seconds_until_due(self):
        due = [math.inf]
        for stream, exchange in self.exchanges.items():
            may_send = exchange.sent < len(exchange.body) and self.h2.local_flow_control_window(stream)
            due += [exchange.begin + self.patience, exchange.next_sip if exchange.sip else math.inf,
                    exchange.next_piece if may_send else math.inf]
        return min(self.patience, max(0.001, min(due) - time.monotonic()))

    def read(self, most, seconds):
        """Nothing, b"", at the end; None where nothing comes."""
        try:
            self.socket.settimeout(seconds)
            return self.socket.recv(most)
        except socket.timeout:
            return None
        except (ConnectionError, ssl.SSLEOFError):
            return b""

    def receive(self, octets):
        """GOAWAY is not for h2, which would take nothing after it (RFC 9113 section 6.8)."""
        self.input += octets
        while len(self.input) >= 9:
            end = 9 + int.from_bytes(self.input[:3], "big")
            if len(self.input) < end:
                return
            frame = bytes(self.input[:end])
            del self.input[:end]
            self.look_at_stream(frame[3], int.from_bytes(frame[5:9], "big"))
            if frame[3] == GOAWAY:
                self.take_goaway(frame[9:])
            else:
                self.take_frame(frame)

    def look_at_stream(self, kind, stream):
        """h2 answers with a reset to what comes on a stream that has ended, and says nothing. It must not come, unless we ended it."""
        if stream in self.given_up:
            self.resets += 1
        elif kind in (DATA, HEADERS) and stream not in self.exchanges:
            self.violation("a frame came on stream %d, which had ended" % stream)

    def take_goaway(self, payload):
        self.last = int.from_bytes(payload[:4], "big")
        if any(payload[4:8]):
            self.violation("GOAWAY %d: %r" % (int.from_bytes(payload[4:8], "big"), payload[8:]))
        for stream in [stream for stream in self.exchanges if stream > self.last]:
            self.over(stream, "refused")

    def take_frame(self, frame):
        try:
            events = self.h2.receive_data(frame)
        except ProtocolError as error:
            self.violation("this is no HTTP/2: %r" % error)
            self.close()
        for event in events:
            exchange = self.exchanges.get(getattr(event, "stream_id", None))
            if exchange is None:
                continue
            if isinstance(event, ResponseReceived):
                fields = dict(event.headers)
                exchange.status, exchange.request_id = int(fields[":status"]), fields.get("x-request-id")
                self.ledger.reach(exchange.name, exchange.status, exchange.request_id)
            elif isinstance(event, DataReceived):
                self.take_data(event, exchange)
            elif isinstance(event, StreamEnded):
                self.over(event.stream_id, "whole")
            elif isinstance(event, StreamReset):
                self.over(event.stream_id, "refused" if event.error_code == ErrorCodes.REFUSED_STREAM else "reset")

    def take_data(self, event, exchange):
        exchange.received += len(event.data)
        exchange.kept += event.data[:KEPT - len(exchange.kept)]
        if exchange.sip is None:
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif event.flow_controlled_length:      # the others' room is not held up
            self.h2.increment_flow_control_window(event.flow_controlled_length)

    # The end

    def over(self, stream, end):
        """`end` as in `fault_of_stream`."""
        exchange = self.exchanges.pop(stream)
        answer = exchange.answer(complete=end == "whole")
        if end == "refused" and answer is None:
            self.ledger.refuse(exchange.name)
        if end == "reset" and exchange.sip and exchange.sips_in_time and time.monotonic() - exchange.next_sip < MOST_LATE:
            self.ledger.take(exchange.name)
        outcome = {"whole": "%d", "given up": "%d given up"}.get(end, "%d cut off")
        self.ledger.note("HTTP/2 " + ("%s before the answer" % end if answer is None else outcome % answer.status))
        fault = fault_of_stream(exchange.asked, end, answer, time.monotonic() - exchange.begin)
        if fault:
            self.violation(fault)
        if exchange.afterwards and end == "whole":
            exchange.afterwards(exchange)

    def look_for_silence(self):
        silent = [exchange for exchange in self.exchanges.values() if time.monotonic() - exchange.begin > self.patience]
        for exchange in silent:
            self.violation("%s: its stream has no end after %d s" % (exchange.asked.target, self.patience))
        if silent:
            self.exchanges = {}
            raise Ended

    def close(self):
        """The connection is over, and with it every stream."""
        for stream in list(self.exchanges):
            self.over(stream, "closed")
        raise Ended

    def violation(self, text):
        self.ledger.violation("HTTP/2: " + text)
