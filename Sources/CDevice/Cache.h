// Compiled kernels in a folder: a file for each text, architecture, options and compiler.
#pragma once

#include <optional>
#include <string>

namespace accrete::device {

class Cache {
 public:
  // `key`: everything that the binary follows from. No folder: nothing is found and nothing kept.
  Cache(const std::string& folder, const std::string& key);

  // nullopt where there is none, or one that is not whole; `is_broken` tells which.
  std::optional<std::string> read(bool& is_broken) const;
  // Whole or not at all, also where several processes write it at once. → Whether it is there now.
  bool write(const std::string& binary) const;

  const std::string& path() const { return path_; }

 private:
  std::string folder_, path_;
};

}  // namespace accrete::device
