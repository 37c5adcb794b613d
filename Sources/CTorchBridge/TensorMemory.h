#pragma once

namespace accrete {

// From now on tensors of 32 KiB to 32 MiB on the CPU lie in a region of their own, which the process keeps.
void keep_tensor_memory();

}  // namespace accrete
