// Which of the compiled instruction sets the kernels use.

#pragma once

#include "Kernels.h"

#if defined(__x86_64__) && defined(__clang__)
#define ACCRETE_X86 1
#endif

namespace accrete {

// Of the calling thread.
AccreteInstructionSet instruction_set();

}  // namespace accrete
