#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "hooks.h"

/// In Plants.swift: does nothing unless a bug is asked for.
void sanitizer_plant(void);

/// The tests' own program is spared: what a run has to notice is a gateway that the tests started.
__attribute__((constructor)) static void start(void) {
    if (strcmp(program_invocation_short_name, "gateway") == 0) sanitizer_plant();
}
