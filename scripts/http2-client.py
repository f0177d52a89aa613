#!/usr/bin/env python3
"""An HTTP/2 client without manners, for tests: sends exactly the frames it is told to, right or wrong.

    http2-client.py PORT ACTIONS [ROOM]

ROOM is how many octets its kernel may keep for it (SO_RCVBUF); without it, what the kernel thinks best. ACTIONS is a list in JSON of what to do, in order:

    {"headers": [[NAME, VALUE], …], "stream": 1, "end": true}     a HEADERS frame; HPACK literals, as they stand here
    {"data": "text", "stream": 1, "end": true}                    a DATA frame; "repeat": N for N copies of the text
    {"reset": 8, "stream": 1}                                     RST_STREAM with this code
    {"frame": TYPE, "flags": 0, "stream": 0, "payload": "hex"}    anything else
    {"await": 1}                                                  until this stream has ended, or the connection has
    {"read": 0.2}                                                 what comes within these seconds
    {"sip": 5000, "pause": 0.05, "seconds": 8}                    what comes, so many octets at a time, with pauses
    {"upload": N, "stream": 1}                                    DATA frames of N octets as far as the server grants room, until it has
                                                                  granted none for a second; `1 sent M` tells how many went
    {"windows": false}                                            from here on grant the server no room for DATA

"times": N on an action does it N times, on streams 2 numbers apart. Characters of strings are octets (ISO 8859-1).
At the end it writes what it saw, a line each: `alpn h2`, `closed`, `goaway 11` for each
that came, and of stream 1: `1 status 200`, `1 field NAME: VALUE`,
`1 data "…"`, and how it ended: `1 ended`, `1 reset 8`, or both, or `1 open`.
"""
import json
import socket
import ssl
import struct
import sys
import time

import hpack

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PATIENCE = 10


class Closed(Exception):
    pass


def literal(fields):
    """HPACK: literals without indexing or Huffman coding, so that every octet goes out as it is (RFC 7541 §6.2.2)."""
    block = b""
    for name, value in fields:
        block += b"\x00" + string(name) + string(value)
    return block


def string(text):
    octets = text.encode("iso-8859-1")
    if len(octets) < 127:
        return bytes([len(octets)]) + octets
    length, encoded = len(octets) - 127, bytes([127])
    while length >= 128:
        encoded += bytes([length % 128 + 128])
        length //= 128
    return encoded + bytes([length]) + octets


class Client:
    def __init__(self, port, room):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2", "http/1.1"])
        plain = socket.socket()
        if room:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        plain.settimeout(PATIENCE)
        plain.connect(("127.0.0.1", port))
        self.socket = context.wrap_socket(plain)
        self.decoder = hpack.Decoder()
        self.input = b""
        self.grants_windows = True
        # What the server lets us send: on the connection, on a new stream, and on each that there is.
        self.room, self.initial, self.rooms = 65535, 65535, {}
        self.seen = {"alpn": self.socket.selected_alpn_protocol(), "closed": False, "goaway": [], "streams": {}}
        if self.seen["alpn"] == "h2":
            self.send_raw(PREFACE)
            self.send(SETTINGS, 0, 0, b"")

    def stream(self, number):
        return self.seen["streams"].setdefault(
            str(number), {"heads": [], "data": "", "octets": 0, "ended": False, "reset": None, "sent": None})

    # Sending

    def send_raw(self, octets):
        try:
            self.socket.settimeout(PATIENCE)
            self.socket.sendall(octets)
        except OSError:
            raise Closed from None

    def send(self, kind, flags, number, payload):
        self.send_raw(struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, number) + payload)

    def do(self, action, turn):
        number = action.get("stream", 0) + 2 * turn
        flags = 1 if action.get("end") else 0
        if "headers" in action:
            self.send_headers(number, flags, literal(action["headers"]))
        elif "data" in action:
            text = action["data"].encode("iso-8859-1") * action.get("repeat", 1)
            pieces = [text[start:start + 16384] for start in range(0, len(text), 16384)] or [b""]
            for piece in pieces[:-1]:
                self.send(DATA, 0, number, piece)
            self.send(DATA, flags, number, pieces[-1])
        elif "upload" in action:
            self.upload(number, action["upload"])
        elif "reset" in action:
            self.send(RST_STREAM, 0, number, struct.pack(">I", action["reset"]))
        elif "frame" in action:
            self.send(action["frame"], action.get("flags", 0), number, bytes.fromhex(action.get("payload", "")))
        elif "await" in action:
            self.read(lambda: self.is_over(action["await"]), PATIENCE)
        elif "read" in action:
            self.read(lambda: False, action["read"])
        elif "sip" in action:
            end = time.monotonic() + action["seconds"]
            while time.monotonic() < end:
                self.receive(PATIENCE, action["sip"])
                time.sleep(action["pause"])
        elif "windows" in action:
            self.grants_windows = action["windows"]

    def upload(self, number, count):
        sent = 0
        while sent < count and not self.is_over(number):
            size = min(16384, count - sent, self.room, self.initial + self.rooms.get(number, 0))
            if size <= 0:
                before = self.room, self.initial, dict(self.rooms)
                self.read(lambda: before != (self.room, self.initial, self.rooms), 1)
                if before == (self.room, self.initial, self.rooms):
                    break
                continue
            self.send(DATA, 1 if sent + size == count else 0, number, bytes(size))
            self.room -= size
            self.rooms[number] = self.rooms.get(number, 0) - size
            sent += size
        self.stream(number)["sent"] = sent

    def send_headers(self, number, flags, block):
        kind = HEADERS
        while len(block) > 16384:
            self.send(kind, flags, number, block[:16384])
            kind, flags, block = CONTINUATION, 0, block[16384:]
        self.send(kind, flags | 4, number, block)

    def is_over(self, number):
        stream = self.stream(number)
        return stream["ended"] or stream["reset"] is not None

    # Reading

    def read(self, is_done, seconds):
        end = time.monotonic() + seconds
        while not is_done():
            left = end - time.monotonic()
            if left <= 0 or not self.receive(left, 65536):
                return

    def receive(self, seconds, limit):
        """Whether anything came."""
        self.socket.settimeout(seconds)
        try:
            octets = self.socket.recv(limit)
        except (TimeoutError, socket.timeout):
            return False
        except OSError:
            octets = b""
        if not octets:
            raise Closed
        self.input += octets
        while self.take_frame():
            pass
        return True

    def take_frame(self):
        if len(self.input) < 9:
            return False
        length = int.from_bytes(self.input[:3], "big")
        if len(self.input) < 9 + length:
            return False
        kind, flags, number = struct.unpack(">BBI", self.input[3:9])
        payload, self.input = self.input[9:9 + length], self.input[9 + length:]
        self.take(kind, flags, number, payload)
        return True

    def take(self, kind, flags, number, payload):
        if kind == HEADERS:
            fields = self.decoder.decode(payload, raw=True)
            stream = self.stream(number)
            stream["heads"].append([[name.decode("iso-8859-1"), value.decode("iso-8859-1")] for name, value in fields])
            stream["ended"] |= bool(flags & 1)
        elif kind == DATA:
            stream = self.stream(number)
            stream["octets"] += len(payload)
            stream["data"] = (stream["data"] + payload.decode("iso-8859-1"))[:2000]
            stream["ended"] |= bool(flags & 1)
            if self.grants_windows and payload:
                for target in (0, number):
                    self.send(WINDOW_UPDATE, 0, target, struct.pack(">I", len(payload)))
        elif kind == RST_STREAM:
            self.stream(number)["reset"] = struct.unpack(">I", payload)[0]
        elif kind == GOAWAY:
            self.seen["goaway"].append(struct.unpack(">I", payload[4:8])[0])
        elif kind == WINDOW_UPDATE:
            size = struct.unpack(">I", payload)[0]
            if number == 0:
                self.room += size
            else:
                self.rooms[number] = self.rooms.get(number, 0) + size
        elif kind == SETTINGS and not flags & 1:
            for start in range(0, len(payload), 6):
                setting, value = struct.unpack(">HI", payload[start:start + 6])
                if setting == 4:
                    self.initial = value
            self.send(SETTINGS, 1, 0, b"")
        elif kind == PING and not flags & 1:
            self.send(PING, 1, 0, payload)


def main():
    actions = json.loads(sys.argv[2])
    client = Client(int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
    try:
        for action in actions:
            for turn in range(action.get("times", 1)):
                client.do(action, turn)
    except Closed:
        # What came before the end may still be there.
        client.seen["closed"] = True
        try:
            client.read(lambda: False, 1)
        except Closed:
            pass
    report(client.seen)


def report(seen):
    print("alpn", seen["alpn"])
    if seen["closed"]:
        print("closed")
    for code in seen["goaway"]:
        print("goaway", code)
    for number, stream in seen["streams"].items():
        for head in stream["heads"]:
            for name, value in head:
                print(number, "status " + value if name == ":status" else "field %s: %s" % (name, value))
        if stream["sent"] is not None:
            print(number, "sent", stream["sent"])
        print(number, "octets", stream["octets"])
        print(number, "data", json.dumps(stream["data"]))
        if stream["ended"]:
            print(number, "ended")
        if stream["reset"] is not None:
            print(number, "reset", stream["reset"])
        if not stream["ended"] and stream["reset"] is None:
            print(number, "open")


main()
