#pragma once
// The one function of libFuzzer that is called; it is linked by -sanitize=fuzzer and has no header of its own outside LLVM.
// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
