// SHA-256 (FIPS 180-4).
#pragma once

#include <string>

namespace accrete::device {

// 32 bytes.
std::string sha256(const std::string& bytes);
std::string hexadecimal(const std::string& bytes);

}  // namespace accrete::device
