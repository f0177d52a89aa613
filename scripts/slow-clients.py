#!/usr/bin/env python3
"""make slow-check: what slowhttptest's four attacks do to others.

  slow-clients.py GATEWAY [SECONDS]     each attack for so long, 20 by default

Starts two small applications and the gateway on ports of the kernel's choice, and lets 800 slow clients of 127.0.0.1 loose on
it, who may have 400 connections. Meanwhile a client of 127.0.0.2 asks the other application for something 50 times a second, on a
new connection and on a kept one in turn. Fails where one of its requests fails, or where a twentieth of them take longer than a
quarter of a second.
"""
import asyncio
import multiprocessing
import re
import socket
import subprocess
import sys
import tempfile
import time

import least_user

CONFIGURATION = """
listen    127.0.0.1:0
admin     127.0.0.1:0
upstream  attacked  http://127.0.0.1:%d
upstream  other     http://127.0.0.1:%d
log       off
limits {
    header-timeout               5s
    body-timeout                 5s
    max-connections              1000
    max-connections-per-address  400
}
*  /**     public  -> attacked
*  /probe  public  -> other
"""
CLIENTS = ["-c", "800", "-r", "200"]
ATTACKS = [
    ("nothing", None, ""),
    ("slow head", ["-H", "-i", "2", "-x", "24"], "/"),
    ("slow body", ["-B", "-i", "1", "-s", "65536", "-x", "10"], "/"),
    ("ranges", ["-R", "-a", "10", "-b", "3000"], "/"),
    ("slow read", ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "1"], "/large"),
]
SLOWEST = 0.25


async def application(reader, writer):
    """Takes a request and its body, and answers with a little or with four megabytes."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = re.search(r"\r\ncontent-length: *(\d+)", head, re.I)
            if length:
                await reader.readexactly(int(length[1]))
            pieces, size = (256, 16384) if " /large " in head else (1, 64)
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (pieces * size)
            if head.startswith("HEAD "):
                writer.write(answer)
                continue
            for number in range(pieces):
                writer.write((b"" if number else answer) + b"x" * size)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


class Application:
    """A process of its own, so that its work is not taken for a delay of the gateway's."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.process = multiprocessing.Process(target=lambda: asyncio.run(self.serve()), daemon=True)
        self.process.start()

    async def serve(self):
        await (await asyncio.start_server(application, sock=self.listener)).serve_forever()


async def read_response(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)[1])
    return head, await reader.readexactly(length)


class Gateway:
    def __init__(self, binary, upstreams):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".conf")
        self.file.write(CONFIGURATION % upstreams)
        self.file.flush()
        least_user.own(self.file.name)
        self.process = subprocess.Popen(
            least_user.command([least_user.reachable(binary), "run", "--config", self.file.name]), stderr=subprocess.PIPE,
            text=True, env=least_user.environment())
        ports = {}
        for line in self.process.stderr:
            found = re.search(r"(listening|/metrics) at http://127\.0\.0\.1:(\d+)", line)
            if found:
                ports[found[1]] = int(found[2])
            if len(ports) == 2:
                break
        else:
            sys.exit("the gateway did not start")
        least_user.tell(self.process.pid)
        self.port, self.admin = ports["listening"], ports["/metrics"]

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / 100

    def megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s*(\d+)", file.read())[1]) // 1024

    async def connections(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.admin)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        _, body = await read_response(reader)
        writer.close()
        return int(re.search(rb"\ngateway_connections (\d+)", body)[1])


class Probe:
    """The other client."""

    def __init__(self, port):
        self.port = port
        self.kept = None
        self.times, self.failures = [], []

    async def connect(self):
        return await asyncio.open_connection("127.0.0.1", self.port, local_addr=("127.0.0.2", 0))

    async def ask(self, reader, writer):
        writer.write(b"GET /probe HTTP/1.1\r\nHost: a\r\n\r\n")
        head, _ = await read_response(reader)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(head.split(b"\r\n")[0].decode())

    async def once(self, number):
        started = time.monotonic()
        try:
            async with asyncio.timeout(5):
                if number % 2:
                    self.kept = self.kept or await self.connect()
                    await self.ask(*self.kept)
                else:
                    connection = await self.connect()
                    await self.ask(*connection)
                    connection[1].close()
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            self.kept = None
            self.failures.append(f"{type(error).__name__}: {error}")
        self.times.append(time.monotonic() - started)

    async def run(self, until):
        number = 0
        while not until.done():
            await self.once(number)
            number += 1
            await asyncio.sleep(0.02)
        if self.kept:
            self.kept[1].close()

    def quantile(self, part):
        return sorted(self.times)[min(len(self.times) - 1, int(part * len(self.times)))]


async def attack(gateway, words, path, seconds):
    """Until it ends, or the time is over."""
    if words is None:
        return await asyncio.sleep(seconds)
    command = ["slowhttptest", *words, *CLIENTS, "-l", str(seconds), "-p", "3",
               "-u", f"http://127.0.0.1:{gateway.port}{path}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        await asyncio.wait_for(process.wait(), seconds + 20)
    except TimeoutError:
        process.kill()


async def watch(gateway, until):
    """The most connections and memory there were."""
    most = [0, 0]
    while not until.done():
        most = [max(most[0], await gateway.connections()), max(most[1], gateway.megabytes())]
        await asyncio.sleep(0.5)
    return most


async def measure(gateway, name, words, path, seconds):
    before = gateway.processor_seconds()
    started = time.monotonic()
    running = asyncio.create_task(attack(gateway, words, path, seconds))
    probe = Probe(gateway.port)
    watching = asyncio.create_task(watch(gateway, running))
    await probe.run(running)
    most, memory = await watching
    load = (gateway.processor_seconds() - before) / (time.monotonic() - started)
    print(f"{name:10} {len(probe.times):8} {len(probe.failures):8} {probe.quantile(.5) * 1000:9.1f} "
          f"{probe.quantile(.95) * 1000:9.1f} {max(probe.times) * 1000:9.1f} {most:11} {load * 100:8.0f} % {memory:6} MB")
    for failure in probe.failures[:3]:
        print("   ", failure)
    return not probe.failures and probe.quantile(.95) <= SLOWEST


async def main(binary, seconds):
    applications = [Application(), Application()]
    gateway = Gateway(binary, tuple(application.port for application in applications))
    good = True
    try:
        print("attack     requests   failed median ms     95 %   slowest ms connections processor memory")
        for name, words, path in ATTACKS:
            good = await measure(gateway, name, words, path, seconds) and good
        for _ in range(300):
            if await gateway.connections() == 0:
                break
            await asyncio.sleep(0.1)
        left = await gateway.connections()
        print(f"afterwards {left} connections are left")
        good = good and left == 0
    finally:
        gateway.process.terminate()
        gateway.process.wait()
        for server in applications:
            server.process.terminate()
    return good


if __name__ == "__main__":
    unhurt = asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20))
    sys.exit(0 if unhurt else "slow clients hurt others")
