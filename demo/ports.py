#!/usr/bin/env python3
"""Prints a port of 127.0.0.1 for each NAME, as assignments of the shell: the wanted one, or a free one where that is taken.

    ports.py [--any] NAME=PORT:WHOSE…       standard error says which were taken; --any takes free ones without a word

Run it as the user whose programs will listen: what the kernel refuses to that user counts as taken.
"""
import socket
import sys


def bound(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        return listener
    except OSError:
        listener.close()
        raise


def number(text):
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        sys.exit("PORT=%s is not a port: write a number from 1 to 65535, as in `make run PORT=8088`" % text)
    return int(text)


wanted, words = [], sys.argv[1:]
is_any = words[:1] == ["--any"]
for word in words[is_any:]:
    name, _, rest = word.partition("=")
    port, _, whose = rest.rpartition(":")
    wanted.append((name, 0 if is_any else number(port), whose))
held = []        # all of them until the end: none is given twice
for name, port, whose in wanted:
    try:
        held.append(bound(port))
    except OSError as error:
        held.append(bound(0))
        print("Port %d can't be used (%s): the %s uses %d." % (port, error.strerror, whose, held[-1].getsockname()[1]), file=sys.stderr)
    print("%s=%d" % (name, held[-1].getsockname()[1]))
