public import Foundation

/// The descriptors 0, 1 and 2 of a process: standard input, output and error.
public enum StandardDescriptors {
  /// Why a descriptor could not be written.
  public struct Failure: Error, Equatable {
    /// As `errno` has it.
    public let code: Int32
    /// In the system's words.
    public var reason: String { String(cString: strerror(code)) }
  }

  /// Opens those that whoever started this process has closed, on `/dev/null`. Otherwise the next file that is opened gets the number of
  /// one of them, and progress or results are written into it. To be called before anything else of a program; a library leaves it to
  /// its program.
  public static func openMissing() {
    // In order: a new descriptor gets the lowest free number.
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
      let opened = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
      // Without /dev/null nothing is safe: not even a message has a place to go to.
      guard opened == descriptor else { _exit(74) }
    }
  }

  /// From now on writing to a pipe that nobody reads is an error of that write (`EPIPE`), and does not end the process.
  public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Writes all of `data`, waiting where a reader is slow.
  /// - Throws: ``Failure``.
  public static func write(_ data: Data, to descriptor: Int32) throws(Failure) {
    var rest = data[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { unsafe in systemWrite(descriptor, unsafe.baseAddress, unsafe.count) }
      if written >= 0 {
        rest = rest.dropFirst(written)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK:
        // Somebody who shares the descriptor has made it non-blocking.
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
      default: throw Failure(code: errno)
      }
    }
  }

  /// Flushes a descriptor to its disk, if it is a file, and closes it. Its number stays taken, by `/dev/null`.
  /// - Throws: ``Failure``.
  public static func close(_ descriptor: Int32) throws(Failure) {
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, fsync(descriptor) != 0 {
      // Some file systems have nothing to flush.
      guard [EINVAL, ENOTSUP, EROFS].contains(errno) else { throw Failure(code: errno) }
    }
    let other = open("/dev/null", O_WRONLY)
    // Replacing a descriptor would hide what closing it says.
    let failed = systemClose(descriptor) != 0 && errno != EINTR ? Failure(code: errno) : nil
    if other >= 0 {
      dup2(other, descriptor)
      if other != descriptor { _ = systemClose(other) }
    }
    if let failed { throw failed }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  bytes.map { Foundation.write(descriptor, $0, count) } ?? 0
}

private func systemClose(_ descriptor: Int32) -> Int32 { Foundation.close(descriptor) }
