// The CPU's kernels, which say what the device's mean: compiled for the plain instruction set alone, which takes a third of the time.
#include "InstructionSet.h"
#undef ACCRETE_X86
#include "Kernels.cpp"
#include "Parallel.cpp"
