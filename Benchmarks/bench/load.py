"""Load by wrk, and what it and the proxy's process say about it."""
import http.client
import os
import re
import socket
import subprocess
import time

from programs import pinned, write

# Requests take the tokens of a file in turn, and the end prints what wrk counted, for the machine.
SCRIPT = """
local tokens, position, body = {}, 0, nil
function init(arguments)
    for line in io.lines(arguments[1]) do tokens[#tokens + 1] = "Bearer " .. line end
    if arguments[2] == "upload" then wrk.method = "POST"; wrk.body = string.rep("x", 1048576) end
end
function request()
    if #tokens == 0 then return wrk.format() end
    position = position % #tokens + 1
    wrk.headers["Authorization"] = tokens[position]
    return wrk.format()
end
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50)))
    io.write(string.format("LATENCY %d %d\\n", latency:percentile(90), latency:percentile(99)))
end
"""


def ask(port, path, token=None, method="GET", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, {"Authorization": "Bearer " + token} if token else {})
    response = connection.getresponse()
    length = len(response.read())
    connection.close()
    return response.status, length


def measure(program, path, tokens, folder, cores, seconds, connections=64, upload=False, refused=False):
    """Figures of one run; ends the program with a message where an answer was not the expected one."""
    script = write(folder, "wrk.lua", SCRIPT)
    list_of_tokens = write(folder, "tokens", "".join(token + "\n" for token in tokens))
    body = b"x" * (1 << 20) if upload else None
    status, length = ask(program.port, path, tokens[0] if tokens else None, "POST" if upload else "GET", body)
    if status != (401 if refused else 200):
        raise SystemExit("%s answers %d to %s" % (program.name, status, path))
    before, start = program.cpu_seconds(), time.monotonic()
    output = subprocess.run(
        pinned(cores, ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "-s", script,
                       "http://127.0.0.1:%d%s" % (program.port, path), "--", list_of_tokens,
                       "upload" if upload else "get"]),
        capture_output=True, text=True, timeout=seconds + 60).stdout
    cpu, elapsed = program.cpu_seconds() - before, time.monotonic() - start
    result = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)\nLATENCY (\d+) (\d+)", output)
    if not result:
        raise SystemExit("wrk said\n" + output)
    count, duration, statuses, errors, p50, p90, p99 = map(int, result.groups())
    if errors or (statuses != count if refused else statuses):
        raise SystemExit("%s: %d of %d requests failed, %d had another status" % (program.name, errors, count, statuses))
    return {"requests/s": count / (duration / 1e6), "CPU µs": cpu / count * 1e6, "p50 µs": p50, "p90 µs": p90, "p99 µs": p99,
            "MB": program.resident_bytes() / 1e6, "busy": cpu / elapsed, "length": length}


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
    for connection in held:
        connection.close()
    return figure
