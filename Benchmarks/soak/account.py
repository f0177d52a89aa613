"""What clients saw, what the log says of it, and the judgement of both. Pure, so that `--self-test` can plant faults."""
import collections
import itertools
import json
import threading
import zlib

# Seconds from the first octet of a request to the last of its answer, or to a close.
PATIENCE = 25
# Allocators keep what they were given once: growth counts from the end of the first third.
MAX_GROWTH_MB = 16
# Where no request has one of these outcomes, too little was tried.
EXPECTED = [protocol + status for protocol in ("", "HTTP/2 ") for status in ("200", "200 cut off", "401", "502", "503")]

# What may become of a request whose token is valid while the upstream or Redis is in trouble; and of one that was logged out, which
# must never have been let through.
VALID, LOGGED_OUT = frozenset([200, 502, 503, 504]), frozenset([401, 503])
# … and of one whose body was announced and does not come.
STALLED = frozenset([408, 502, 503, 504])

# The log's detail of an answer that was not taken.
STOPPED_READING = "the client stopped reading"

Answer = collections.namedtuple("Answer", "status request_id body complete")
Asked = collections.namedtuple("Asked", "target own permitted")


def own(target, owner, checksum):
    """What the upstream's answer begins with: what was asked, by whose token, and with which body. No other request's does."""
    return b"%s %s %08x " % (target, owner, checksum)


def asked(target, owner, body=b"", permitted=VALID):
    return Asked(target, own(target.encode(), owner.encode(), zlib.crc32(body)), permitted)


def fault_of_answer(asked, answer, seconds):
    """What is wrong with an answer; None where nothing is."""
    if seconds > PATIENCE:
        return "%s took %.0f s" % (asked.target, seconds)
    if answer.status not in asked.permitted:
        return "%s was answered %d: %r" % (asked.target, answer.status, answer.body[:200])
    if answer.status == 200 and not answer.body.startswith(asked.own[:len(answer.body)]):
        return "%s got the answer of another: %r" % (asked.target, answer.body[:100])
    return None


def fault_of_stream(asked, end, answer, seconds):
    """The same of a stream of HTTP/2, whose end tells more. `end`: "whole", "reset" by the gateway, "closed" with the connection,
    "refused" without having been looked at, or "given up" by the client."""
    if answer is None and end in ("refused", "given up"):
        return None
    if answer is None or end == "closed":
        return "%s: %s %s an answer" % (asked.target, end, "before" if answer is None else "in the middle of")
    if end in ("reset", "refused") and answer.status != 200:
        return "%s was answered %d, and cut off" % (asked.target, answer.status)
    return fault_of_answer(asked, answer, seconds)


class Ledger:
    """What was asked, and what came of it."""

    def __init__(self):
        self.lock, self.numbers = threading.Lock(), itertools.count(1)
        self.outcomes, self.issued, self.violations = collections.Counter(), 0, []
        self.reached, self.refused, self.took = {}, set(), set()

    def next(self):
        """A name for a request that no other has."""
        with self.lock:
            self.issued = next(self.numbers)
            return "n%08d" % self.issued

    def note(self, outcome):
        with self.lock:
            self.outcomes[outcome] += 1

    def reach(self, name, status=None, request_id=None):
        """The gateway had this request: something of its answer came, of which more may be known."""
        with self.lock:
            self.reached[name] = (status, request_id)

    def refuse(self, name):
        """The gateway said that it had not looked at this request (RFC 9113 section 8.7)."""
        with self.lock:
            self.refused.add(name)

    def take(self, name):
        """The answer to this request was taken fast enough, as long as it came."""
        with self.lock:
            self.took.add(name)

    def violation(self, text):
        with self.lock:
            self.violations.append(text)


Readings = collections.namedtuple("Readings", "early_mb late_mb idle_descriptors late_descriptors exit_status")


def logged_requests(lines):
    """The log's status, id and detail of each numbered request, as often as they are there; and what else is wrong with the log."""
    found, faults = collections.defaultdict(list), []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            faults.append("no JSON in the log: %r" % line[:100])
            continue
        if "event" in entry:
            faults.append("the log lost lines: %s" % line.strip())
            continue
        name = entry["path"].rsplit("/", 1)[-1]
        if name.startswith("n"):
            found[name].append((entry["status"], entry["request_id"], entry.get("detail")))
    return found, faults


def some(names, text):
    return ["%d %s, such as %s" % (len(names), text, names[0])] if names else []


def faults_of_log(ledger, lines):
    """Every request that was answered is there once, with the status and the id that the client saw."""
    found, faults = logged_requests(lines)
    unlike = [name for name, (status, request_id) in ledger.reached.items()
              if status is not None and len(found[name]) == 1 and found[name][0][:2] != (status, request_id)]
    stopped = [name for name in ledger.took if any(entry[2] == STOPPED_READING for entry in found[name])]
    return (faults
            + some([name for name in ledger.reached if not found[name]], "requests that were answered are not in the log")
            + some([name for name, entries in found.items() if len(entries) > 1], "requests are in the log more than once")
            + some([name for name in found if int(name[1:]) > ledger.issued], "requests are in the log that nobody sent")
            + some([name for name in ledger.refused if found[name]], "requests are in the log that were said not to be looked at")
            + some(stopped, "answers were cut off as if nobody had taken them")
            + some(unlike, "requests have another status or id in the log"))


def faults_of_readings(readings):
    faults = []
    if readings.exit_status != 0:
        faults.append("the gateway's exit status is %s" % readings.exit_status)
    if readings.late_mb - readings.early_mb > MAX_GROWTH_MB:
        faults.append("memory grew from %.1f to %.1f MB" % (readings.early_mb, readings.late_mb))
    if readings.late_descriptors > readings.idle_descriptors:
        faults.append("descriptors: %d before, %d after" % (readings.idle_descriptors, readings.late_descriptors))
    return faults


def judge(ledger, lines, readings):
    """All that is wrong; nothing where the soak passed."""
    faults = list(ledger.violations[:20]) + faults_of_log(ledger, lines) + faults_of_readings(readings)
    for outcome in EXPECTED:
        if not ledger.outcomes[outcome]:
            faults.append("no request was answered %s: too little was tried for a judgement" % outcome)
    return faults
