#!/usr/bin/env python3
"""What a flood of logins costs the requests that are proxied meanwhile.

login-flood.py GATEWAY [SECONDS]: starts an upstream (nginx) and the gateway with accounts on free ports of 127.0.0.1, measures proxied
requests by wrk, first alone and then beside a flood of logins at ten times what the hashing threads can do, in turns, and
prints both and their ratios. Needs nginx and wrk.
"""
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../scripts"))
import least_user

CONFIGURATION = """\
listen    127.0.0.1:{listen}
upstream  app  http://127.0.0.1:{app}
log       off
accounts {{
    rate  login=1000000/s register=1000000/s refresh=1000000/s password=1000000/s
}}
blacklist sqlite
*  /**  authenticated
"""
NGINX = """\
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000;
       server {{ listen 127.0.0.1:{app}; location / {{ return 200 "{body}"; }} }} }}
"""
CREDENTIALS = json.dumps({"email": "ada@example.com", "password": "correct horse battery", "cookie": False})


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def post(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, CREDENTIALS if path.endswith("login") else CREDENTIALS.replace(
        ', "cookie": false', ""), {"Content-Type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


class Flood:
    """Logins at a fixed rate for as long as it lasts; one connection each, as attackers do."""

    def __init__(self, port, per_second):
        self.port, self.interval = port, 1 / per_second
        self.counts, self.lock, self.ends = {}, threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def run(self):
        due, attempts = time.monotonic(), []
        while not self.ends.is_set():
            attempts.append(threading.Thread(target=self.attempt))
            attempts[-1].start()
            due += self.interval
            time.sleep(max(0, due - time.monotonic()))
        for attempt in attempts:
            attempt.join()

    def attempt(self):
        try:
            status, _ = post(self.port, "/auth/login")
        except OSError:
            status = "failed"
        with self.lock:
            self.counts[status] = self.counts.get(status, 0) + 1


def load(port, token, seconds):
    """Requests per second, and the 99th percentile in milliseconds."""
    out = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{seconds}", "--latency", "-H", "Authorization: Bearer " + token,
         f"http://127.0.0.1:{port}/x"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit("requests were refused:\n" + out)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), float(number) * {
        "us": 0.001, "ms": 1, "s": 1000}[unit]


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    gateway, seconds = least_user.reachable(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    folder = tempfile.mkdtemp()
    listen, app = free_port(), free_port()
    with open(folder + "/nginx.conf", "w") as file:
        file.write(NGINX.format(folder=folder, app=app, body="x" * 64))
    with open(folder + "/routes.conf", "w") as file:
        file.write(CONFIGURATION.format(listen=listen, app=app))
    least_user.own(folder)
    started = [
        subprocess.Popen(["nginx", "-c", folder + "/nginx.conf"]),
        subprocess.Popen(
            least_user.command([gateway, "run", "--config", folder + "/routes.conf"]), stderr=subprocess.DEVNULL,
            env=least_user.environment())]
    try:
        for _ in range(200):
            try:
                status, _ = post(listen, "/auth/register")
                break
            except OSError:
                time.sleep(0.05)
        least_user.tell(started[-1].pid)
        begin = time.monotonic()
        for _ in range(4):
            status, body = post(listen, "/auth/login")
        capacity = max(os.cpu_count() - 1, 1) * 4 / (time.monotonic() - begin)
        token = json.loads(body)["accessToken"]
        load(listen, token, 1)
        alone, flooded = [], []
        for turn in range(5):
            alone.append(load(listen, token, seconds))
            with Flood(listen, 10 * capacity) as flood:
                time.sleep(1)
                flooded.append(load(listen, token, seconds))
            print(f"turn {turn + 1}: alone {alone[-1][0]:.0f}/s p99 {alone[-1][1]:.2f} ms; beside the flood "
                  f"{flooded[-1][0]:.0f}/s p99 {flooded[-1][1]:.2f} ms; logins by status {flood.counts}", flush=True)
        rate = median([second[0] / first[0] for first, second in zip(alone, flooded)])
        tail = median([second[1] / first[1] for first, second in zip(alone, flooded)])
        print(f"capacity {capacity:.1f} logins/s, flood {10 * capacity:.0f}/s; medians of the turns: "
              f"throughput {rate:.2f}, p99 {tail:.2f}")
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


main()
