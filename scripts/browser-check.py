#!/usr/bin/env python3
"""A page in headless Chromium that uses the demonstration's application through the gateway, over HTTPS and HTTP/2.

browser-check.py GATEWAY: starts the application, the gateway with a throwaway certificate, and Chromium, all on free ports of
127.0.0.1; the page registers, logs in, calls, refreshes, streams, uploads, opens a WebSocket and logs out. Then the same without
HTTP/2, which must be noticed. Exit status 0 when all is as it should be. Needs Debian's chromium, openssl and python3-websockets.
"""
import asyncio
import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import websockets

import least_user

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Not the loopback by name: there the refresh cookie would not be Secure.
HOST = "gateway.test"
PATIENCE = 30
CONFIGURATION = """\
listen    127.0.0.1:{listen} {{
    certificate  file:{folder}/tls.pem file:{folder}/tls.key
    http2        {http2}
}}
admin     127.0.0.1:{admin}
upstream  app      http://127.0.0.1:{app}
upstream  pages    http://127.0.0.1:{pages}
upstream  sockets  http://127.0.0.1:{sockets}
tokens {{
    issuer    https://gateway.example
    audience  legacy-app
}}
accounts {{
    database      {folder}/gateway.db
    registration  open
}}
blacklist  sqlite
GET  /check           public         -> pages
*    /check/**        authenticated  -> pages
GET  /socket          public         -> sockets
*    /**              authenticated  -> app
"""
# What the page does, by name, in order: each is an async function's body and what it must return. `token` lasts from one to the next.
STEPS = [
    ("the page comes over HTTP/2",
     "return performance.getEntriesByType('navigation')[0].nextHopProtocol", "h2"),
    ("nobody is signed in: 401",
     "const r = await fetch('/api/profile'); return [r.status, (await r.json()).code]", [401, "token_missing"]),
    ("registers",
     "return (await post('/auth/register', {email: 'ada@example.com', password: 'correct horse battery'})).status", 201),
    ("logs in, and scripts see no cookie", """
     const r = await post('/auth/login', {email: 'ada@example.com', password: 'correct horse battery'});
     token = (await r.json()).accessToken;
     return [r.status, token.split('.').length, document.cookie]""", [200, 3, ""]),
    ("the application sees who it is, and no claim of the page's", """
     const r = await call('/api/profile', {headers: {'X-User-Role': 'admin'}});
     const profile = (await r.json()).profile;
     return [r.status, profile['X-User-Email'], profile['X-User-Role']]""", [200, "ada@example.com", "user"]),
    ("a hundred calls at once get each its own answer", """
     const all = await Promise.all([...Array(100).keys()].map(async n => (await (await call('/api/echo?' + n)).json()).target));
     return all.filter((target, n) => target !== '/api/echo?' + n)""", []),
    ("refreshes by the cookie", """
     const r = await fetch('/auth/refresh', {method: 'POST'});
     token = (await r.json()).accessToken;
     return [r.status, (await call('/api/profile')).status]""", [200, 200]),
    ("a stream arrives as it is sent", """
     const reader = (await call('/check/stream')).body.getReader();
     const first = text(await reader.read());
     await call('/check/go');
     let rest = '', piece;
     while (!(piece = await reader.read()).done) rest += text(piece);
     return [first, rest]""", ["first", "last"]),
    ("uploads of known length arrive whole", "return await upload(n => n)", "same"),
    ("uploads of unknown length arrive whole", """
     return await upload(octets => { let at = 0; return new ReadableStream({pull(c) {
         if (at >= octets.length) c.close(); else c.enqueue(octets.slice(at, at += 100000)) }}) })""", "same"),
    ("a WebSocket opens and echoes", """
     return await new Promise((done, failed) => {
         const socket = new WebSocket('wss://' + location.host + '/socket');
         socket.onopen = () => socket.send('h\\u00e9llo');
         socket.onmessage = m => { done(m.data); socket.close(1000) };
         socket.onerror = () => done('failed') })""", "h\u00e9llo"),
    ("everything fetched came over HTTP/2", """
     return [...new Set(performance.getEntriesByType('resource').map(e => e.nextHopProtocol))]""", ["h2"]),
    ("logs out: token and cookie are worth nothing", """
     const out = await call('/auth/logout', {method: 'POST'});
     const late = await call('/api/profile');
     const again = await fetch('/auth/refresh', {method: 'POST'});
     return [out.status, late.status, (await late.json()).code, again.status, (await again.json()).code]""",
     [204, 401, "token_revoked", 401, "refresh_missing"]),
]
COOKIE = {"name": "__Secure-refresh", "httpOnly": True, "secure": True, "sameSite": "Strict", "path": "/auth"}
PAGE = """<!doctype html><meta charset="utf-8"><title>check</title><link rel="icon" href="data:,"><script>
let token = '';
const text = piece => new TextDecoder().decode(piece.value);
const post = (path, body) => fetch(path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
const call = (path, options = {}) => fetch(path, {
    ...options, headers: {...options.headers, Authorization: 'Bearer ' + token}});
async function upload(as) {
    const octets = new Uint8Array(3000000).map((_, n) => n % 251);
    const wanted = [...new Uint8Array(await crypto.subtle.digest('SHA-256', octets))];
    const r = await call('/check/sum', {method: 'POST', body: as(octets), duplex: 'half'});
    const sum = await r.text();
    return sum === wanted.map(b => b.toString(16).padStart(2, '0')).join('') ? 'same' : r.status + ' ' + sum;
}
</script>"""


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    goes_on = threading.Event()

    def do_GET(self):
        if self.path == "/check":
            return self.answer(PAGE, "text/html")
        if self.path != "/check/stream":
            Pages.goes_on.set()
            return self.answer("gone on")
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        self.wfile.flush()
        Pages.goes_on.wait(PATIENCE)
        Pages.goes_on.clear()
        self.wfile.write(b"4\r\nlast\r\n0\r\n\r\n")

    def do_POST(self):
        self.answer(hashlib.sha256(self.body()).hexdigest())

    def body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers["Content-Length"]))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def answer(self, text, kind="text/plain"):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


async def echo(connection, path=None):
    async for message in connection:
        await connection.send(message)


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def certificate(folder):
    """A certificate that nobody trusts, and the hash of its key, by which Chromium is told to."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST,
                    "-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.pem"], check=True, capture_output=True)
    key = subprocess.run(["openssl", "pkey", "-in", f"{folder}/tls.key", "-pubout", "-outform", "DER"], check=True,
                         capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


class Browser:
    """Chromium by its debugging protocol: one command at a time."""

    def __init__(self, folder, spki):
        self.folder, self.spki, self.number = folder, spki, 0

    async def __aenter__(self):
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
             f"--user-data-dir={self.folder}/profile", f"--ignore-certificate-errors-spki-list={self.spki}",
             f"--host-resolver-rules=MAP {HOST} 127.0.0.1, MAP * ~NOTFOUND", "--no-proxy-server", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=open(f"{self.folder}/chromium.log", "w"), env={**os.environ, "HOME": str(self.folder)})
        port = await eventually(self.port, "chromium to start")
        targets = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list"))
        page = next(target for target in targets if target["type"] == "page")
        self.connection = await websockets.connect(page["webSocketDebuggerUrl"], max_size=None, ping_interval=None)
        return self

    def port(self):
        if self.process.poll() is not None:
            sys.exit("chromium ended:\n" + open(f"{self.folder}/chromium.log").read()[-2000:])
        return re.search(r"ws://127.0.0.1:(\d+)/", open(f"{self.folder}/chromium.log").read())

    async def __aexit__(self, *_):
        await self.connection.close()
        end(self.process)

    async def command(self, method, **parameters):
        self.number += 1
        await self.connection.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))
            if message.get("id") == self.number:
                return message.get("result") or {"errorText": message.get("error")}

    async def run(self, body):
        answer = await self.command("Runtime.evaluate", expression="(async () => {%s})()" % body, awaitPromise=True,
                                    returnByValue=True)
        if "exceptionDetails" in answer:
            return "failed: " + answer["exceptionDetails"].get("exception", {}).get("description", "?").splitlines()[0]
        return answer.get("result", {}).get("value")


async def eventually(condition, what):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := condition():
            return found[1] if isinstance(found, re.Match) else found
        await asyncio.sleep(0.05)
    sys.exit(f"waited in vain for {what}")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def end(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def conversation(gateway, http2):
    """What was wrong, a line each."""
    names = ("listen", "admin", "app", "pages", "sockets")
    ports = {name: free_port() for name in names}
    folder = tempfile.mkdtemp(prefix="gateway-browser-")
    running = []
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", ports["pages"]), Pages)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        spki = certificate(folder)
        configuration = os.path.join(folder, "routes.conf")
        with open(configuration, "w") as file:
            file.write(CONFIGURATION.format(**ports, folder=folder, http2=http2))
        log = open(f"{folder}/gateway.log", "w")
        least_user.own(folder)
        running.append(subprocess.Popen([sys.executable, ROOT / "demo/legacy-app.py", str(ports["app"])],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        running.append(subprocess.Popen(
            least_user.command([gateway, "run", "--config", configuration]), stdout=log, stderr=log, env=least_user.environment()))
        for name in ("app", "listen"):
            await eventually(lambda: accepts(ports[name]), f"port {ports[name]} ({name}):\n" + open(log.name).read()[-2000:])
        least_user.tell(running[-1].pid)
        async with websockets.serve(echo, "127.0.0.1", ports["sockets"]), Browser(folder, spki) as browser:
            return await visit(browser, f"https://{HOST}:{ports['listen']}/check")
    finally:
        for process in running:
            end(process)
        pages.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


async def visit(browser, address):
    faults = []

    def expect(what, got, wanted):
        if got != wanted:
            faults.append(f"{what}: got {json.dumps(got)} instead of {json.dumps(wanted)}")

    expect("the page is found", (await browser.command("Page.navigate", url=address)).get("errorText"), None)
    ready = asyncio.get_running_loop().time() + PATIENCE
    while await browser.run("return document.title + document.readyState") != "checkcomplete":
        if asyncio.get_running_loop().time() > ready:
            return faults + ["the page never loaded"]
        await asyncio.sleep(0.05)
    for what, body, wanted in STEPS:
        expect(what, await browser.run(body), wanted)
        if what.startswith("logs in"):
            cookies = (await browser.command("Network.getAllCookies")).get("cookies", [])
            expect("the cookie", [{name: cookie.get(name) for name in COOKIE} for cookie in cookies], [COOKIE])
        if what.startswith("logs out"):
            expect("cookies afterwards", (await browser.command("Network.getAllCookies")).get("cookies"), [])
    return faults


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    gateway = least_user.reachable(sys.argv[1])
    faults = asyncio.run(conversation(gateway, "on"))
    for fault in faults:
        print("FAULT", fault)
    # The same without HTTP/2: what depends on it must be noticed, and nothing else.
    found = asyncio.run(conversation(gateway, "off"))
    dependent = [name for name, _, _ in STEPS if "HTTP/2" in name or "unknown length" in name]
    unexpected = [fault for fault in found if not fault.startswith(tuple(dependent))]
    missed = [name for name in dependent if not any(fault.startswith(name) for fault in found)]
    for fault in unexpected:
        print("FAULT without HTTP/2:", fault)
    for name in missed:
        print("FAULT not noticed without HTTP/2:", name)
    if faults or unexpected or missed:
        sys.exit(1)
    print(f"{len(STEPS) + 3} steps in Chromium over HTTP/2; without HTTP/2 {len(dependent)} of them failed, as they must")


main()
