#include "Cache.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "Digest.h"

namespace accrete::device {

namespace {

// A file is this, the SHA-256 of the binary, and the binary.
const std::string mark = "accrete kernels 1\n";
constexpr size_t digest_bytes = 32;

}  // namespace

Cache::Cache(const std::string& folder, const std::string& key) : folder_(folder) {
  if (!folder.empty()) path_ = folder + "/kernels-" + hexadecimal(sha256(key)).substr(0, 32) + ".cubin";
}

std::optional<std::string> Cache::read(bool& is_broken) const {
  is_broken = false;
  if (path_.empty()) return std::nullopt;
  std::ifstream file(path_, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string whole{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const size_t start = mark.size() + digest_bytes;
  if (whole.size() > start && whole.compare(0, mark.size(), mark) == 0) {
    std::string binary = whole.substr(start);
    if (sha256(binary) == whole.substr(mark.size(), digest_bytes)) return binary;
  }
  is_broken = true;
  return std::nullopt;
}

bool Cache::write(const std::string& binary) const {
  if (path_.empty()) return false;
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  static std::atomic<int> number = 0;
  const std::string temporary = path_ + "." + std::to_string(getpid()) + "." + std::to_string(number++);
  {
    std::ofstream file(temporary, std::ios::binary);
    file << mark << sha256(binary) << binary;
    if (!file.flush()) {
      file.close();
      std::filesystem::remove(temporary, error);
      return false;
    }
  }
  std::filesystem::rename(temporary, path_, error);
  if (error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return false;
  }
  return true;
}

}  // namespace accrete::device
