#include "CRegistry.h"

#if __linux__
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

int64_t registry_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? static_cast<int64_t>(static_cast<uint32_t>(status.f_type)) : -1;
}
