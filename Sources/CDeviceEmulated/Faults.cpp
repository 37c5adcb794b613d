#include "Faults.h"

#include <cstdlib>
#include <sstream>

namespace emulated {

std::optional<std::string> fault(const std::string& name) {
  const char* list = getenv("ACCRETE_EMULATED_FAULT");
  std::istringstream words(list == nullptr ? "" : list);
  for (std::string word; std::getline(words, word, ',');) {
    const size_t equals = std::min(word.find('='), word.size());
    if (word.substr(0, equals) == name) return word.substr(std::min(equals + 1, word.size()));
  }
  return std::nullopt;
}

std::optional<long> fault_number(const std::string& name) {
  const auto text = fault(name);
  if (!text) return std::nullopt;
  return strtol(text->c_str(), nullptr, 10);
}

}  // namespace emulated
