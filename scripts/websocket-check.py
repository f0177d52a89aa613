#!/usr/bin/env python3
"""The same WebSocket conversations with and without the gateway between, by a strict library: the results must be the same.

websocket-check.py GATEWAY: starts a server and the gateway on free ports of 127.0.0.1 and runs every case both ways. Exit status 0
when no case differs. Needs Debian's python3-websockets.
"""
import asyncio
import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import websockets

import least_user

CONFIGURATION = """\
listen    127.0.0.1:{listen}
upstream  app  http://127.0.0.1:{app}
log       off
*  /**  public
"""
UPGRADE = ("GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n")


async def serve(connection, path=None):
    path = connection.path
    if path.startswith("/close/"):
        return await connection.close(int(path.split("/")[2]), "as asked")
    try:
        async for message in connection:
            await connection.send(message)
    except websockets.ConnectionClosed:
        pass


def frame(opcode, payload=b"", fin=True, mask=b"\1\2\3\4"):
    """A frame as a client sends it; `mask` None is what no client may send."""
    length = len(payload)
    size = bytes([length]) if length < 126 else b"\x7e" + length.to_bytes(2, "big")
    head = bytes([(0x80 if fin else 0) | opcode]) + bytes([size[0] | (0x80 if mask else 0)]) + size[1:]
    if mask is None:
        return head + payload
    return head + mask + bytes(octet ^ mask[i % 4] for i, octet in enumerate(payload))


async def raw(port, *frames, before_last=b""):
    """Everything the server sends back to these frames, until it closes. The last is sent when `before_last` has come: whether a
    server echoes what came just before a close frame is up to its scheduling."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UPGRADE.format(key=base64.b64encode(os.urandom(16)).decode()).encode())
    await reader.readuntil(b"\r\n\r\n")
    answer = b""
    for number, data in enumerate(frames):
        if before_last and number == len(frames) - 1:
            answer = await asyncio.wait_for(reader.readuntil(before_last), 10)
        writer.write(data)
        await writer.drain()
    answer += await asyncio.wait_for(reader.read(-1), 10)
    writer.close()
    return answer


def connect(port, path="/echo", **options):
    return websockets.connect(f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=10, **options)


async def echo(port, message, **options):
    async with connect(port, **options) as client:
        await client.send(message)
        return await client.recv()


async def compressed(port):
    async with connect(port, compression="deflate") as client:
        await client.send("a" * 100_000)
        return [type(extension).__name__ for extension in client.protocol.extensions
                ] if hasattr(client, "protocol") else [type(e).__name__ for e in client.extensions], await client.recv()


async def subprotocol(port):
    async with connect(port, subprotocols=["b", "a"]) as client:
        return client.subprotocol


async def closed_by_server(port, code):
    async with connect(port, f"/close/{code}") as client:
        try:
            await client.recv()
        except websockets.ConnectionClosed as closed:
            return closed.code, closed.reason


async def closed_by_client(port, code):
    client = await connect(port)
    await client.close(code, "enough")
    return client.close_code, client.close_reason


async def pinged(port):
    async with connect(port) as client:
        await client.send("before")
        await asyncio.wait_for(await client.ping(b"are you there"), 10)
        return await client.recv()


async def many(port):
    async def one(number):
        async with connect(port) as client:
            answers = []
            for turn in range(20):
                await client.send(f"{number} {turn}")
                answers.append(await client.recv())
            return answers
    return await asyncio.gather(*(one(number) for number in range(50)))


BYE = frame(8, (1000).to_bytes(2, "big"))
LARGE = os.urandom(16 * 1024 * 1024)
CASES = {
    "text": lambda port: echo(port, "h\u00e9llo \U0001f600"),
    "empty text": lambda port: echo(port, ""),
    "binary": lambda port: echo(port, bytes(range(256))),
    "16 MB binary": lambda port: echo(port, LARGE, compression=None),
    "16 MB compressed": lambda port: echo(port, LARGE),
    "16 MB text": lambda port: echo(port, "x" * (16 * 1024 * 1024), compression=None),
    "fragments": lambda port: echo(port, ["one ", "two ", "three"]),
    "compression is negotiated": compressed,
    "subprotocol": subprotocol,
    "ping": pinged,
    "50 connections": many,
    "control frames between fragments": lambda port: raw(
        port, frame(1, b"on", fin=False), frame(9, b"ping"), frame(0, b"ce", fin=False), frame(10), frame(0), BYE,
        before_last=b"once"),
    "invalid UTF-8": lambda port: raw(port, frame(1, b"\xc3\x28")),
    "UTF-8 cut at the end": lambda port: raw(port, frame(1, b"\xe2\x82")),
    "unmasked frame": lambda port: raw(port, frame(1, b"x", mask=None)),
    "reserved bit": lambda port: raw(port, bytes([0xC1, 0x81]) + b"\1\2\3\4" + b"y"),
    "reserved opcode": lambda port: raw(port, frame(3, b"x")),
    "long ping": lambda port: raw(port, frame(9, b"x" * 126)),
    "fragmented ping": lambda port: raw(port, frame(9, b"x", fin=False)),
    "continuation of nothing": lambda port: raw(port, frame(0, b"x")),
    "close without code": lambda port: raw(port, frame(8)),
    "close with one octet": lambda port: raw(port, frame(8, b"x")),
    "close with code 1005": lambda port: raw(port, frame(8, (1005).to_bytes(2, "big"))),
}
for code in (1000, 1001, 1003, 1011, 3000, 4999):
    CASES[f"server closes with {code}"] = lambda port, code=code: closed_by_server(port, code)
    CASES[f"client closes with {code}"] = lambda port, code=code: closed_by_client(port, code)


async def outcome(case, port):
    try:
        return await asyncio.wait_for(case(port), 60)
    except Exception as error:  # whatever it is, it must be the same both ways
        return f"{type(error).__name__}: {error}"


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


async def main():
    folder, listen, app = tempfile.mkdtemp(), free_port(), free_port()
    with open(folder + "/routes.conf", "w") as file:
        file.write(CONFIGURATION.format(listen=listen, app=app))
    least_user.own(folder)
    gateway = subprocess.Popen(
        least_user.command([least_user.reachable(sys.argv[1]), "run", "--config", folder + "/routes.conf"]),
        stderr=subprocess.DEVNULL, env=least_user.environment())
    failed = 0
    try:
        async with websockets.serve(serve, "127.0.0.1", app, max_size=None, subprotocols=["a", "b"]):
            for _ in range(200):
                if await outcome(CASES["text"], listen) == "h\u00e9llo \U0001f600":
                    break
                await asyncio.sleep(0.05)
            least_user.tell(gateway.pid)
            for name, case in CASES.items():
                direct, through = await outcome(case, app), await outcome(case, listen)
                if direct != through:
                    failed += 1
                    print(f"DIFFERS  {name}\n  direct:  {str(direct)[:300]}\n  through: {str(through)[:300]}")
                else:
                    print(f"same     {name}: {str(direct)[:60]!r}")
    finally:
        gateway.terminate()
        gateway.wait()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


asyncio.run(main())
