#include "Source.h"

#include "kernels/List.h"

namespace accrete::device {

namespace {

constexpr const char* text[] = {
#include "KernelText.h"
};

}  // namespace

std::string text_of_kernels() {
  std::string whole;
  for (const char* piece : text) whole += piece;
  return whole;
}

const std::vector<const char*>& names_of_kernels() {
#define ACCRETE_NAME(name) #name,
  static const std::vector<const char*> names = {ACCRETE_KERNELS(ACCRETE_NAME, ACCRETE_NAME) nullptr};
  return names;
}

}  // namespace accrete::device
