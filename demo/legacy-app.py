#!/usr/bin/env python3
"""A small legacy company application: pages and an API, and no authentication of its own.

It believes whatever the X-User-… headers say, as such applications do. So it must be reachable through the gateway
only, and it shows on every page and in every answer which headers it received.

  legacy-app.py [PORT]      listens on 127.0.0.1, port 3000 by default
"""
import html
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEOPLE = {"7": {"id": "7", "name": "Ada Lovelace", "department": "Engines"},
          "8": {"id": "8", "name": "Charles Babbage", "department": "Engines"},
          "42": {"id": "42", "name": "Grace Hopper", "department": "Compilers"}}
LOCK = threading.Lock()         # the server answers each connection on a thread of its own

STYLE = "body { font: 1rem/1.5 sans-serif; max-width: 42rem; margin: 3rem auto } td { padding-right: 2rem }"
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Intranet</title><link rel="stylesheet" href="/static/style.css">
<h1>Intranet</h1>
<p>%s</p>
<table>%s</table>
</html>
"""


class Application(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "legacy/1.0"

    def do_GET(self):
        path = self.path.split("?")[0]
        person = re.fullmatch(r"/api/users/([^/]+)", path)
        if path == "/health":
            self.json(200, {"status": "ok"})
        elif path == "/static/style.css":
            self.answer(200, "text/css; charset=utf-8", STYLE)
        elif path == "/api/profile":
            self.json(200, {"profile": self.identity()})
        elif path == "/api/reports":
            self.json(200, {"reports": ["2026-Q1", "2026-Q2"], "for": self.identity()})
        elif path == "/api/users":
            self.json(200, {"users": list(PEOPLE.values()), "for": self.identity()})
        elif person and person[1] in PEOPLE:
            self.json(200, {"user": PEOPLE[person[1]], "for": self.identity()})
        elif path == "/api/echo":
            self.echo()
        elif path.startswith("/api/"):
            self.json(404, {"error": "no such thing"})
        elif path in ("/", "/account"):
            self.page()
        else:
            self.answer(404, "text/plain; charset=utf-8", "no such page\n")

    def do_HEAD(self):
        self.do_GET()

    def do_DELETE(self):
        person = re.fullmatch(r"/api/users/([^/]+)", self.path.split("?")[0])
        with LOCK:
            gone = PEOPLE.pop(person[1], None) if person else None
        if gone:
            self.json(200, {"deleted": gone["id"], "by": self.identity()})
        else:
            self.json(404, {"error": "no such thing"})

    def do_POST(self):
        if self.path.split("?")[0] == "/api/echo":
            self.echo()
        else:
            self.body()
            self.json(404, {"error": "no such thing"})

    do_PUT = do_PATCH = do_POST

    # --- what it received

    def identity(self):
        """The headers by which the gateway vouches for the user. Without a gateway anybody could send them."""
        return {name: value for name, value in self.headers.items() if name.lower().startswith("x-user")}

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self.chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def chunk(self):
        data = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return data

    def echo(self):
        received = self.body().decode("utf-8", "replace")
        self.json(200, {"method": self.command, "target": self.path,
                        "headers": dict(self.headers.items()), "body": received})

    # --- what it answers

    def page(self):
        who = self.identity()
        rows = "".join("<tr><td>%s</td><td>%s</td></tr>" % (html.escape(name), html.escape(value))
                       for name, value in who.items())
        greeting = "Signed in. The gateway says of you:" if who else "Nobody is signed in: this page is public."
        self.answer(200, "text/html; charset=utf-8", PAGE % (greeting, rows))

    def json(self, status, document):
        self.answer(status, "application/json", json.dumps(document, indent=2) + "\n")

    def answer(self, status, kind, text):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_):
        """Silent: the gateway's log is the one to watch."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


if __name__ == "__main__":
    try:
        Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 3000), Application).serve_forever()
    except KeyboardInterrupt:
        pass
