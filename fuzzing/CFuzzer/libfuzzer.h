// The one function of libFuzzer that a program calls which has a `main` of its own. `-sanitize=fuzzer` links it.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
