#ifndef CREGISTRY_H
#define CREGISTRY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The number of the file system that a path lies on, as statfs(2) gives it: Swift's Glibc has no statfs. -1: it cannot be told.
int64_t registry_file_system(const char *path);

#ifdef __cplusplus
}
#endif

#endif
