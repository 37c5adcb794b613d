// The one function of this target that others call: CTorch's loader.

#ifndef ACCRETE_CTORCH_BRIDGE_H
#define ACCRETE_CTORCH_BRIDGE_H

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

// The table of CTorch.h; NULL when the loaded libtorch is of another minor version than the headers that this was compiled
// with, or when the caller knows another table.
//
// size: bytes of the table as the caller knows it.
// built_for: becomes the version of the headers, packed as `aoti_torch_abi_version` packs it.
const AccreteLibtorch* accrete_bridge(size_t size, uint64_t* built_for);

#ifdef __cplusplus
}
#endif

#endif
