// The text of the kernels, and their names.
#pragma once

#include <string>
#include <vector>

namespace accrete::device {

std::string text_of_kernels();
// Ends with nullptr.
const std::vector<const char*>& names_of_kernels();

}  // namespace accrete::device
