#ifndef CFAULTS_H
#define CFAULTS_H

#ifdef __cplusplus
extern "C" {
#endif

/// What happens at a call that changes a disk. The program that is linked to this has these calls in place of the system's, also in
/// the libraries that it loads.
enum {
  FAULTS_NONE = 0,
  /// The process is killed before the call.
  FAULTS_KILL = 1,
  /// A write does half of it, then the process is killed; other calls as FAULTS_KILL.
  FAULTS_TEAR = 2,
  /// This and every later call that needs room fails: the disk is full.
  FAULTS_FULL = 3,
};

/// Counts from now on.
///
/// at: at which call, 1 and up.
void faults_arm(int kind, long at);

/// Calls since faults_arm.
long faults_count(void);

/// Whether fsync does nothing: for what only fills a disk.
void faults_skip_sync(int skip);

/// fork(2), which Swift does not have: only for a process that has started no thread.
int faults_fork(void);

#ifdef __cplusplus
}
#endif

#endif
