"""Plants faults, one at a time: each must be found, and where there is none nothing may be."""
import json
import zlib

import http2_self_test
from account import (LOGGED_OUT, PATIENCE, STOPPED_READING, Answer, Ledger, Readings, asked, fault_of_answer, fault_of_stream, judge,
                     own)

TARGET = "/api/n00000001"
ASKED, ASKED_OUT = asked(TARGET, "t1", b"body"), asked(TARGET, "t1", b"body", LOGGED_OUT)
GOOD = Answer(200, "r1", own(TARGET.encode(), b"t1", zlib.crc32(b"body")), True)
PIECE = GOOD._replace(body=GOOD.body[:9], complete=False)
READINGS = Readings(early_mb=30, late_mb=31, idle_descriptors=20, late_descriptors=20, exit_status=0)
STATUSES = (200, 401, 502, 503)
OUTCOMES = ("200", "200 cut off", "401", "502", "503", "HTTP/2 200", "HTTP/2 200 cut off", "HTTP/2 401", "HTTP/2 502", "HTTP/2 503")


def line(number, status, **other):
    return json.dumps({"path": "/api/n%08d" % number, "status": status, "request_id": "r%d" % number, **other})


def scene():
    ledger, lines = Ledger(), []
    for number, status in enumerate(STATUSES, start=1):
        ledger.reach(ledger.next(), status, "r%d" % number)
        lines.append(line(number, status))
    for outcome in OUTCOMES:
        ledger.note(outcome)
    ledger.next()       # sent, and gone before anything came: it may be in the log or not
    ledger.refuse(ledger.next())
    ledger.take("n00000001")
    return ledger, lines


ANSWERS = {
    "the answer of another": fault_of_answer(ASKED, GOOD._replace(body=GOOD.body.replace(b"n00000001", b"n00000002")), 1),
    "a piece of the answer of another": fault_of_answer(ASKED, PIECE._replace(body=b"/api/n00000002"), 1),
    "the answer to another's token": fault_of_answer(ASKED, GOOD._replace(body=GOOD.body.replace(b"t1", b"t2")), 1),
    "the answer to another body": fault_of_answer(ASKED, GOOD._replace(body=own(TARGET.encode(), b"t1", zlib.crc32(b"bady"))), 1),
    "a logged-out token that passed": fault_of_answer(ASKED_OUT, GOOD, 1),
    "a logged-out token that reached the upstream": fault_of_answer(ASKED_OUT, GOOD._replace(status=502), 1),
    "a valid token that was refused": fault_of_answer(ASKED, GOOD._replace(status=401), 1),
    "an answer that came too late": fault_of_answer(ASKED, GOOD, PATIENCE + 1),
    "a stream that was reset before its answer": fault_of_stream(ASKED, "reset", None, 1),
    "a refusal that was cut off": fault_of_stream(ASKED, "reset", GOOD._replace(status=503, complete=False), 1),
    "an answer on a stream that was said not to be looked at": fault_of_stream(ASKED_OUT, "refused", GOOD._replace(status=401), 1),
    "a connection closed before an answer": fault_of_stream(ASKED, "closed", None, 1),
    "a connection closed in an answer": fault_of_stream(ASKED, "closed", PIECE, 1),
    "the answer of another, given up": fault_of_stream(ASKED, "given up", PIECE._replace(body=b"/api/n00000002"), 1),
}
LOGS = {
    "a line that is missing": lambda lines: lines[1:],
    "a line that is there twice": lambda lines: lines + lines[:1],
    "a line of a request that nobody sent": lambda lines: lines + [line(99, 200)],
    "a line with another status": lambda lines: [line(1, 502)] + lines[1:],
    "a line with the id of another": lambda lines: [line(1, 200, request_id="r2")] + lines[1:],
    "lines that were lost": lambda lines: lines + ['{"event":"log_lines_lost","count":1}'],
    "a line of a request that was said not to be looked at": lambda lines: lines + [line(6, 502)],
    "an answer that nobody is said to have taken": lambda lines: [line(1, 200, detail=STOPPED_READING)] + lines[1:],
    "half a line": lambda lines: lines + ['{"path":"/api/n0000'],
}
READ = {
    "memory that grew": {"late_mb": 60},
    "descriptors that stayed": {"late_descriptors": 21},
    "a gateway that ended by itself": {"exit_status": "-11"},
}


def run():
    missed = [name for name, fault in ANSWERS.items() if fault is None]
    ledger, lines = scene()
    for name, plant in LOGS.items():
        missed += [] if judge(ledger, plant(lines), READINGS) else [name]
    for name, reading in READ.items():
        missed += [] if judge(ledger, lines, READINGS._replace(**reading)) else [name]
    for outcome in OUTCOMES:
        few, lines = scene()
        del few.outcomes[outcome]
        missed += [] if judge(few, lines, READINGS) else ["that nothing was answered %s" % outcome]
    ledger.violation("planted")
    missed += [] if judge(ledger, lines, READINGS) else ["what a client complained of"]
    clean, lines = scene()
    complaints = judge(clean, lines, READINGS) + judge(clean, lines + [line(5, 0)], READINGS)
    complaints += filter(None, [fault_of_answer(ASKED, GOOD, 1), fault_of_answer(ASKED, PIECE, 1), fault_of_stream(ASKED, "whole", GOOD, 1),
                                fault_of_stream(ASKED, "reset", PIECE, 1), fault_of_stream(ASKED, "given up", PIECE, 1),
                                fault_of_stream(ASKED, "given up", None, 1), fault_of_stream(ASKED, "refused", None, 1)])
    on_the_wire, unfounded = http2_self_test.run()
    missed, complaints = missed + on_the_wire, complaints + unfounded
    if missed or complaints:
        raise SystemExit("self-test FAILED: not found: %s; found where nothing was planted: %s" % (missed, complaints))
    print("self-test: %d planted faults, each found; none where none was" % (
        len(ANSWERS) + len(LOGS) + len(READ) + len(OUTCOMES) + len(http2_self_test.PLANTED) + 1))
