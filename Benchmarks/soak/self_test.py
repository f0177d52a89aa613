"""Plants faults, one at a time: each must be found, and where there is none nothing may be."""
import json

from account import LOGGED_OUT, PATIENCE, VALID, Answer, Ledger, Readings, fault_of_answer, judge

TARGET = "/api/n00000001"
GOOD = Answer(200, "r1", TARGET.encode() + b" ", True)
READINGS = Readings(early_mb=30, late_mb=31, idle_descriptors=20, late_descriptors=20, exit_status=0)
STATUSES = (200, 401, 502, 503)


def line(number, status, **other):
    return json.dumps({"path": "/api/n%08d" % number, "status": status, "request_id": "r%d" % number, **other})


def scene():
    ledger, lines = Ledger(), []
    for number, status in enumerate(STATUSES, start=1):
        ledger.reach(ledger.next(), status, "r%d" % number)
        ledger.note(status)
        lines.append(line(number, status))
    ledger.next()       # sent, and gone before anything came: it may be in the log or not
    return ledger, lines


ANSWERS = {
    "the answer of another": fault_of_answer(TARGET, GOOD._replace(body=b"/api/n00000002 "), VALID, 1),
    "a piece of the answer of another": fault_of_answer(TARGET, Answer(200, "r1", b"/api/n00000002", False), VALID, 1),
    "a logged-out token that passed": fault_of_answer(TARGET, GOOD, LOGGED_OUT, 1),
    "a logged-out token that reached the upstream": fault_of_answer(TARGET, GOOD._replace(status=502), LOGGED_OUT, 1),
    "a valid token that was refused": fault_of_answer(TARGET, GOOD._replace(status=401), VALID, 1),
    "an answer that came too late": fault_of_answer(TARGET, GOOD, VALID, PATIENCE + 1),
}
LOGS = {
    "a line that is missing": lambda lines: lines[1:],
    "a line that is there twice": lambda lines: lines + lines[:1],
    "a line of a request that nobody sent": lambda lines: lines + [line(99, 200)],
    "a line with another status": lambda lines: [line(1, 502)] + lines[1:],
    "a line with the id of another": lambda lines: [line(1, 200, request_id="r2")] + lines[1:],
    "lines that were lost": lambda lines: lines + ['{"event":"log_lines_lost","count":1}'],
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
    for status in STATUSES:
        few, lines = scene()
        del few.outcomes[status]
        missed += [] if judge(few, lines, READINGS) else ["that nothing was answered %d" % status]
    ledger.violation("planted")
    missed += [] if judge(ledger, lines, READINGS) else ["what a client complained of"]
    clean, lines = scene()
    complaints = judge(clean, lines, READINGS) + judge(clean, lines + [line(5, 0)], READINGS)
    complaints += filter(None, [fault_of_answer(TARGET, GOOD, VALID, 1),
                                fault_of_answer(TARGET, Answer(200, "r1", b"/api/n", False), VALID, 1)])
    if missed or complaints:
        raise SystemExit("self-test FAILED: not found: %s; found where nothing was planted: %s" % (missed, complaints))
    print("self-test: %d planted faults, each found; none where none was" % (len(ANSWERS) + len(LOGS) + len(READ) + len(STATUSES) + 1))
