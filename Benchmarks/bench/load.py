"""Load by wrk and h2load, and what they and the proxy's process say about it."""
import http.client
import os
import re
import socket
import subprocess
import time

from programs import pinned, write

# Requests take the tokens of a file in turn; a single token makes all requests the same, which wrk then writes once.
# The end prints what wrk counted, for the machine.
SCRIPT = """
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function init(arguments)
    wrk.method = arguments[2]
    if wrk.method == "POST" or wrk.method == "PUT" then wrk.body = string.rep("x", tonumber(arguments[3])) end
    local requests, position = {}, number * 997
    for token in io.lines(arguments[1]) do
        wrk.headers["Authorization"] = "Bearer " .. token
        requests[#requests + 1] = wrk.format()
    end
    if #requests < 2 then return end
    function request()
        position = position % #requests + 1
        return requests[position]
    end
end
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d %d %d\\n", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(90),
        latency:percentile(99)))
end
"""


class Answer:
    """What was said to one request, its body read to the end."""

    def __init__(self, port, path, token=None, method="GET", body=None, host=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        fields = {"Authorization": "Bearer " + token} if token else {}
        connection.request(method, path, body, {**fields, "Host": host} if host else fields)
        response = connection.getresponse()
        self.status, self.body = response.status, response.read()
        connection.close()


def run(program, path, folder, cores, seconds, tokens, connections=64, method="GET", octets=0, host=None):
    """wrk's counts: requests, microseconds, statuses above 399, failures, and three percentiles."""
    script = write(folder, "wrk.lua", SCRIPT)
    list_of_tokens = write(folder, "tokens", "".join(token + "\n" for token in tokens))
    threads = min(len(cores), connections)
    output = subprocess.run(
        pinned(cores, ["wrk", "-t%d" % threads, "-c%d" % connections, "-d%ds" % seconds, "--timeout", "10s", "-s", script,
                       *(["-H", "Host: " + host] if host else []), "http://127.0.0.1:%d%s" % (program.port, path), "--", list_of_tokens, method, str(octets)]),
        capture_output=True, text=True, timeout=seconds + 60)
    result = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", output.stdout)
    if not result:
        raise SystemExit("wrk said\n" + output.stdout + output.stderr)
    return tuple(map(int, result.groups()))


def check(program, path, token, status, length, method="GET", octets=0, host=None):
    answer = Answer(program.port, path, token, method, b"x" * octets if octets else None, host)
    if answer.status != status or length not in (None, len(answer.body)):
        raise SystemExit("%s answers %s %s with %d and %d octets instead of %d and %s: %r" % (
            program.name, method, path, answer.status, len(answer.body), status,
            "any number" if length is None else length, answer.body[:200]))


def measure(program, path, tokens, folder, cores, seconds, status=200, length=None, **options):
    """Figures of one run; ends with a message where an answer was not the expected one. A second before it warms up."""
    request = {key: options[key] for key in ("method", "octets", "host") if key in options}
    check(program, path, tokens[0] if tokens else None, status, length, **request)
    run(program, path, folder, cores, 1, tokens, **options)
    before, start = program.cpu_times(), time.monotonic()
    count, duration, refusals, failures, p50, p90, p99 = run(program, path, folder, cores, seconds, tokens, **options)
    (user, kernel), elapsed = program.cpu_times(), time.monotonic() - start
    user, kernel = user - before[0], kernel - before[1]
    cpu = user + kernel
    if count == 0 or failures or refusals != (count if status > 399 else 0):
        raise SystemExit("%s: of %d requests %d failed and %d had a status above 399" % (program.name, count, failures, refusals))
    return {"requests/s": count / (duration / 1e6), "CPU µs": cpu / count * 1e6, "kernel µs": kernel / count * 1e6, "p50 µs": p50, "p90 µs": p90, "p99 µs": p99,
            "MB": program.resident_bytes() / 1e6, "busy": cpu / elapsed}


def steady(program, path, tokens, folder, cores, seconds, status, length, rate, connections=64):
    """Figures of one run at so many requests a second, which the program is not busy with: how long one takes then. h2load sends
    those of all connections at the same moments."""
    check(program, path, tokens[0], status, length)
    log = os.path.join(folder, "h2load.log")
    if os.path.exists(log):
        os.remove(log)
    before, start = program.cpu_times(), time.monotonic()
    output = subprocess.run(
        pinned(cores, ["h2load", "--h1", "-c%d" % connections, "-D%d" % seconds, "--warm-up-time", "1", "--rps", str(rate / connections),
                       "--log-file", log, "-H", "Authorization: Bearer " + tokens[0], "http://127.0.0.1:%d%s" % (program.port, path)]),
        capture_output=True, text=True, timeout=seconds + 60)
    (user, kernel), elapsed = program.cpu_times(), time.monotonic() - start
    user, kernel = user - before[0], kernel - before[1]
    with open(log) as file:
        answers = [line.split() for line in file]
    wrong = [answer for answer in answers if answer[1] != str(status)]
    if not answers or wrong:
        raise SystemExit("%s: %d of %d requests were not answered with %d\n%s%s" % (
            program.name, len(wrong), len(answers), status, output.stdout, output.stderr))
    if len(answers) < 0.95 * rate * seconds:
        raise SystemExit("%s: %d requests in %d s instead of %d a second" % (program.name, len(answers), seconds, rate))
    times = sorted(int(answer[2]) for answer in answers)
    # The first second is not in the log; it is in the processor's time.
    count = rate * (seconds + 1)
    return {"requests/s": len(times) / seconds, "CPU µs": (user + kernel) / count * 1e6, "kernel µs": kernel / count * 1e6,
            **{"p%d µs" % part: times[len(times) * part // 100] for part in (50, 90, 99)},
            "MB": program.resident_bytes() / 1e6, "busy": (user + kernel) / elapsed}


def idle(program, path, token, count):
    """Octets of memory for each connection that waits behind its first request."""
    before, held = program.resident_bytes(), []
    request = "GET %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n" % (path, token)
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", program.port), 10)
        connection.sendall(request.encode())
        if not connection.recv(65536).startswith(b"HTTP/1.1 200"):
            raise SystemExit("%s: no 200 on an idle connection" % program.name)
        held.append(connection)
    time.sleep(0.5)
    figure = (program.resident_bytes() - before) / count
    closed = count - sum(map(is_open, held))
    for connection in held:
        connection.close()
    if closed:
        raise SystemExit("%s closed %d of %d idle connections" % (program.name, closed, count))
    return figure


def is_open(connection):
    connection.setblocking(False)
    try:
        while connection.recv(65536):     # what is left of the first answer
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False
