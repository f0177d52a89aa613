"""Load on a configuration of the user's own, as it is: its listener, its upstreams, its secrets.

What is asked for comes from the file's expectations, or is given as "GET /a as role=admin, http://b.example/b as anonymous". Of the
expectations only those of GET are sent: the application behind is a real one, and a load of DELETE would delete.
"""
import json
import os
import shutil
import statistics

import least_user
import load
import programs


class Target:
    """`refusal` is the status or the code of the refusal that is expected; None where the request must be forwarded."""

    def __init__(self, method, target, conditions, host=None, refusal=None):
        if target.startswith("http://"):
            host, _, path = target[len("http://"):].partition("/")
            target = "/" + path
        self.method, self.path, self.conditions, self.host, self.refusal = method, target, conditions, host, refusal

    def __str__(self):
        target = "http://" + self.host + self.path if self.host else self.path
        return "%s %s as %s" % (self.method, target, " ".join(self.conditions))

    def claims(self):
        """Options of `gateway token` for a token that the conditions describe; None for no token. Of several values the first."""
        if self.conditions == ["anonymous"]:
            return None
        options, scopes = [], []
        for condition in self.conditions:
            name, _, values = condition.partition("=")
            value = values.split("|")[0]
            if name == "scope":
                scopes.append(value)
            elif name in ("role", "sub"):
                options += ["--" + name, value]
            elif name.startswith("claim."):
                options += ["--claim", "%s=%s" % (name[len("claim."):], value)]
        return tuple(options + (["--scope", " ".join(scopes)] if scopes else []))

    def fault(self, answer):
        """Why the answer is not the expected one; None where it is."""
        try:
            code = json.loads(answer.body)["code"]
        except (ValueError, TypeError, KeyError):
            code = None
        if self.refusal is None and 200 <= answer.status < 300:
            return None
        if self.refusal in (str(answer.status), code) and answer.status > 399:
            return None
        return "answers %d%s instead of %s" % (answer.status, " " + str(code) if code else "", self.refusal or "2xx")


def words(line):
    found = line.split()
    comment = next((i for i, word in enumerate(found) if word.startswith("#")), len(found))
    return found[:comment]


def parse(found, host=None, refusal=None):
    """`METHOD TARGET as WHOM…`, where the method, and "as" with what follows, may be left out."""
    found = ["GET", *found] if found[0].startswith(("/", "http://")) else found
    if len(found) < 2 or not found[1].startswith(("/", "http://")) or len(found) == 3 or found[2:3] not in ([], ["as"]):
        raise SystemExit("not a target: %s" % " ".join(found))
    return Target(found[0], found[1], found[3:] or ["authenticated"], host, refusal)


def an_instance(host):
    """A host that the file's `NAME`, `*.NAME` or `*` is for."""
    return host.replace("*", "any" if "." in host else "any.invalid")


def expectations(lines):
    """Those of GET, in a block of hosts for the first of them. What is quoted or continued on the next line is left to
    `gateway check`."""
    upstreams = {line[1] for line in lines if line[:1] == ["upstream"] and len(line) > 1}
    hosts = [an_instance(line[1]) for line in lines if line[:1] == ["host"] and len(line) > 2]
    outside = host = hosts[0] if hosts else None
    for found in lines:
        if found[:1] == ["host"] and len(found) > 2:
            host = an_instance(found[1])
        elif found == ["}"]:
            host = outside
        elif found[:2] == ["expect", "GET"] and found[-2:-1] == ["=>"] and not any('"' in word for word in found):
            yield parse(found[1:-2], host, None if found[-1] in upstreams else found[-1])


def targets(text, lines):
    found = [parse(words(part)) for part in text.split(",") if part.strip()] if text else list(expectations(lines))
    if not found:
        raise SystemExit('no expectation of GET in the file; say what to ask for: TARGETS="GET /a as role=admin, /b as anonymous"')
    return list({str(target): target for target in found}.values())


def listening_port(lines):
    """Of the first listener that speaks plain HTTP."""
    for line in lines:
        if line[:1] == ["listen"] and len(line) == 2 and not line[1].endswith(":0"):
            return int(line[1].rpartition(":")[2])
    raise SystemExit("the file has no plain listener with a port of its own")


def own_copy(path, folder):
    """The file's absolute path; where root measures, that of a copy beside copies of the files that it names, for the user as whom
    the gateway runs: what it writes, such as a database, lies among the copies."""
    path = os.path.abspath(path)
    if not least_user.IS_NEEDED:
        return path
    place = os.path.join(folder, "own")
    os.mkdir(place)
    with open(path) as file:
        named = {word.removeprefix("file:") for line in file for word in words(line)}
    for name in named:
        source, copy = os.path.join(os.path.dirname(path), name), os.path.normpath(os.path.join(place, name))
        if os.path.isfile(source) and copy.startswith(place + os.sep):
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy(source, copy)
    copy = shutil.copy(path, place)
    least_user.own(place)
    return copy


def measure(arguments, folder):
    """A table with a line for each target. The figures, and how many targets did not answer as they should."""
    configuration, gateway = own_copy(arguments.config, folder), least_user.reachable(arguments.gateway)
    with open(configuration) as file:
        lines = [words(line) for line in file]
    wanted, port = targets(arguments.targets, lines), listening_port(lines)
    program = programs.Program(
        "gateway", [gateway, "run", "--config", configuration, "--threads", "1"], port, programs.CORES[:1], folder,
        unprivileged=True)
    results, faults = [], 0
    print("%-50s %9s %8s %8s %8s %7s" % ("target", "req/s", "CPU µs", "p50 µs", "p99 µs", "MB"))
    for target in wanted:
        claims = target.claims()
        tokens = [] if claims is None else programs.tokens(
            arguments.gateway, configuration, private_key=arguments.key, claims=claims)
        answer = load.Answer(port, target.path, tokens[0] if tokens else None, target.method, host=target.host)
        fault = target.fault(answer)
        if fault:
            faults += 1
            print("%-50s %s: not measured" % (target, fault), flush=True)
            continue
        runs = [load.measure(program, target.path, tokens, folder, programs.CORES[1:] or programs.CORES, arguments.seconds,
                             status=answer.status, method=target.method, host=target.host) for _ in range(arguments.rounds)]
        figures = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        results.append({"target": str(target), "status": answer.status, **figures})
        print("%-50s %9.0f %8.2f %8d %8d %7.1f" % (
            target, figures["requests/s"], figures["CPU µs"], figures["p50 µs"], figures["p99 µs"], figures["MB"]), flush=True)
    return results, faults
