// The one function of this target that others call: CTorch's loader.

#ifndef ACCRETE_CTORCH_BRIDGE_H
#define ACCRETE_CTORCH_BRIDGE_H

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

// The table of CTorch.h. `size`: bytes of it as the caller knows it; NULL when that is another table than ours.
const AccreteLibtorch* accrete_bridge(size_t size);

#ifdef __cplusplus
}
#endif

#endif
