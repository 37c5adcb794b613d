#define _GNU_SOURCE
#include "CFaults.h"

#if __linux__
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static _Atomic int kind = FAULTS_NONE;
static _Atomic long at = 0;
static _Atomic long count = 0;
static _Atomic int skip_sync = 0;

void faults_arm(int new_kind, long new_at) {
  count = 0;
  at = new_at;
  kind = new_kind;
}

long faults_count(void) { return count; }
void faults_skip_sync(int skip) { skip_sync = skip; }
int faults_fork(void) { return fork(); }

/// Counts a call; 1: it fails for want of room. A file of half of it is left where a write is torn.
static int fault(int needs_room, int descriptor, const void *bytes, size_t length, off_t place) {
  long now = atomic_fetch_add(&count, 1) + 1;
  switch (kind) {
  case FAULTS_TEAR:
    if (now == at && length > 1) {
      if (place < 0)
        syscall(SYS_write, descriptor, bytes, length / 2);
      else
        syscall(SYS_pwrite64, descriptor, bytes, length / 2, place);
    }
    /* fall through */
  case FAULTS_KILL:
    if (now == at) syscall(SYS_kill, getpid(), SIGKILL);
    return 0;
  case FAULTS_FULL:
    if (needs_room && now >= at) {
      errno = ENOSPC;
      return 1;
    }
    return 0;
  default: return 0;
  }
}

static int is_terminal(int descriptor) { return descriptor <= 2; }

ssize_t write(int descriptor, const void *bytes, size_t length) {
  if (!is_terminal(descriptor) && fault(1, descriptor, bytes, length, -1)) return -1;
  return syscall(SYS_write, descriptor, bytes, length);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off_t place) {
  if (fault(1, descriptor, bytes, length, place)) return -1;
  return syscall(SYS_pwrite64, descriptor, bytes, length, place);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t place) {
  return pwrite64(descriptor, bytes, length, place);
}

int ftruncate64(int descriptor, off_t length) {
  struct stat status;
  int grows = fstat(descriptor, &status) == 0 && length > status.st_size;
  if (fault(grows, -1, 0, 0, -1)) return -1;
  return syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

int fsync(int descriptor) {
  fault(0, -1, 0, 0, -1);
  return skip_sync ? 0 : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
  fault(0, -1, 0, 0, -1);
  return skip_sync ? 0 : (int)syscall(SYS_fdatasync, descriptor);
}

int rename(const char *from, const char *to) {
  fault(0, -1, 0, 0, -1);
  return syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int unlink(const char *path) {
  fault(0, -1, 0, 0, -1);
  return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rmdir(const char *path) {
  fault(0, -1, 0, 0, -1);
  return syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR);
}

int link(const char *from, const char *to) {
  if (fault(1, -1, 0, 0, -1)) return -1;
  return syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int mkdir(const char *path, mode_t mode) {
  if (fault(1, -1, 0, 0, -1)) return -1;
  return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/// What a full disk says of itself.
int statvfs(const char *path, struct statvfs *status) {
  struct statfs found;
  if (syscall(SYS_statfs, path, &found) != 0) return -1;
  int full = kind == FAULTS_FULL && count >= at;
  *status = (struct statvfs){.f_bsize = found.f_bsize, .f_frsize = found.f_frsize ? found.f_frsize : found.f_bsize,
      .f_blocks = found.f_blocks, .f_bfree = full ? 0 : found.f_bfree, .f_bavail = full ? 0 : found.f_bavail,
      .f_files = found.f_files, .f_ffree = found.f_ffree, .f_favail = found.f_ffree, .f_namemax = found.f_namelen};
  return 0;
}

int fchmod(int descriptor, mode_t mode) {
  fault(0, -1, 0, 0, -1);
  return syscall(SYS_fchmod, descriptor, mode);
}

#else
void faults_arm(int kind, long at) {}
long faults_count(void) { return 0; }
void faults_skip_sync(int skip) {}
int faults_fork(void) { return -1; }
#endif
