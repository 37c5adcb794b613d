#include "Library.h"

#include <dlfcn.h>
#ifdef __linux__
#include <link.h>
#endif

#include <algorithm>

namespace accrete::device {

Library::Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) problem_ = dlerror();
}

void* Library::find(const char* name) const { return handle_ == nullptr ? nullptr : dlsym(handle_, name); }

std::string Library::file(const char* function) const {
  Dl_info found;
  void* place = find(function);
  const bool known = place != nullptr && dladdr(place, &found) != 0 && found.dli_fname != nullptr;
  return known ? found.dli_fname : "";
}

std::vector<std::string> cuda_folders() {
  std::vector<std::string> folders;
#ifdef __linux__
  dl_iterate_phdr(
      [](dl_phdr_info* library, size_t, void* data) {
        auto& found = *static_cast<std::vector<std::string>*>(data);
        const std::string path = library->dlpi_name == nullptr ? "" : library->dlpi_name;
        const size_t slash = path.find_last_of('/');
        if (slash == std::string::npos) return 0;
        const std::string name = path.substr(slash + 1), folder = path.substr(0, slash);
        auto add = [&found](const std::string& candidate) {
          if (std::find(found.begin(), found.end(), candidate) == found.end()) found.push_back(candidate);
        };
        for (const char* start : {"libcudart.", "libcublas.", "libcublasLt.", "libnvrtc."}) {
          if (name.compare(0, std::string(start).size(), start) != 0) continue;
          add(folder);
          // nvidia/cuda_runtime/lib of the packages for CUDA 12; those for 13 have one folder.
          add(folder + "/../../cuda_nvrtc/lib");
        }
        // torch/lib, with the packages beside torch.
        if (name.compare(0, 13, "libtorch_cuda") == 0) {
          for (const char* package : {"cu13", "cuda_nvrtc"}) add(folder + "/../../nvidia/" + package + "/lib");
        }
        return 0;
      },
      &folders);
#endif
  return folders;
}

}  // namespace accrete::device
