#pragma once
// Linked into the gateway and the tests by `make test-sanitized` only. Nobody calls anything of it: see start.c and mutex.c.
