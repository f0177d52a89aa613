"""The application behind the gateway, which can die."""
import base64
import hashlib
import socket
import threading
import time
import zlib

from account import own
from surroundings import free_port

SIZES = {b"large": 300_000, b"huge": 8_000_000}
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Upstream:
    """Answers each request with its own target, the id of its token and what its body adds up to. `/cut/` breaks off in the middle of the
    response, `/slow/` takes its time, `/large/` and `/huge/` say more, `/socket/` is a WebSocket that echoes."""

    def __init__(self):
        self.port, self.connections, self.lock = free_port(), set(), threading.Lock()
        self.listener = None
        self.start()

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def die(self):
        """As a process does: the listener and every connection at once."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            connections, self.connections = self.connections, set()
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            reader = connection.makefile("rb")
            while True:
                line = reader.readline()
                if not line:
                    break
                target, fields = line.split()[1], {}
                for field in iter(reader.readline, b"\r\n"):
                    if not field:
                        return
                    name, _, value = field.partition(b":")
                    fields[name.strip().lower()] = value.strip()
                checksum = self.read_body(reader, fields)
                if checksum is None:
                    return
                if b"upgrade" in fields:
                    return self.echo(connection, reader, fields)
                self.answer(connection, target, fields, checksum)
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.connections.discard(connection)
            connection.close()

    def read_body(self, reader, fields):
        """What it adds up to; None where it does not come to its end."""
        if b"chunked" not in fields.get(b"transfer-encoding", b""):
            return self.read_piece(reader, int(fields.get(b"content-length", 0)), 0)
        checksum = 0
        while checksum is not None:
            length = int(reader.readline(), 16)
            checksum = self.read_piece(reader, length, checksum)
            if reader.readline() != b"\r\n":
                return None
            if length == 0:
                break
        return checksum

    def read_piece(self, reader, length, checksum):
        while length > 0:
            piece = reader.read(min(length, 65536))
            if not piece:
                return None
            length -= len(piece)
            checksum = zlib.crc32(piece, checksum)
        return checksum

    def answer(self, connection, target, fields, checksum):
        """With the id that the gateway gave: the client's, the upstream's and the log's must be one."""
        kind = target.split(b"/")[2]
        request_id = fields.get(b"x-request-id", b"none")
        body = own(target, fields.get(b"x-token-id", b"none"), checksum) + b"." * SIZES.get(kind, 0)
        head = b"HTTP/1.1 200 OK\r\nX-Request-Id: %s\r\nContent-Length: %d\r\n\r\n" % (request_id, len(body))
        if kind == b"cut":
            connection.sendall(head + body[:len(body) // 2])
            raise OSError
        if kind == b"slow":
            time.sleep(0.2)
        connection.sendall(head + body)

    def echo(self, connection, reader, fields):
        """Short frames only, whose mask is zero, as the soak's clients send them."""
        accept = base64.b64encode(hashlib.sha1(fields[b"sec-websocket-key"] + GUID).digest())
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           b"Sec-WebSocket-Accept: " + accept + b"\r\nX-Request-Id: " + fields.get(b"x-request-id", b"none") + b"\r\n\r\n")
        while True:
            head = reader.read(6)
            if len(head) < 6 or head[0] != 0x81:
                return
            payload = reader.read(head[1] & 0x7F)
            connection.sendall(bytes([0x81, len(payload)]) + payload)
