// What goes wrong because a test asked for it (CDeviceEmulated.h).
#pragma once

#include <optional>
#include <string>

namespace emulated {

// What follows "name=" in the list; "" where the name stands alone.
std::optional<std::string> fault(const std::string& name);
std::optional<long> fault_number(const std::string& name);

}  // namespace emulated
