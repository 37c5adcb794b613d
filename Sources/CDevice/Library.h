// A library that is opened while the program runs. It is never closed: the driver and NVRTC may have threads of their own.
#pragma once

#include <string>
#include <vector>

namespace accrete::device {

class Library {
 public:
  // handle() is null where it cannot be opened, and problem() says why.
  explicit Library(const std::string& path);

  bool is_open() const { return handle_ != nullptr; }
  const std::string& problem() const { return problem_; }

  void* find(const char* name) const;
  // The file that one of its functions is in.
  std::string file(const char* function) const;

  // Sets `function`; false where the library has none of that name.
  template <typename Function>
  bool look_up(const char* name, Function*& function) const {
    function = reinterpret_cast<Function*>(find(name));
    return function != nullptr;
  }

 private:
  void* handle_ = nullptr;
  std::string problem_;
};

// Folders in which the CUDA libraries of this process lie, and those beside them where Python packages have NVRTC.
std::vector<std::string> cuda_folders();

}  // namespace accrete::device
