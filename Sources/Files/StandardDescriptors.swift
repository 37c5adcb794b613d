public import Foundation

/// The descriptors 0, 1 and 2 of a process: standard input, output and error.
public enum StandardDescriptors {
  /// Why a descriptor could not be written.
  public struct Failure: AccreteError, Equatable {
    /// As `errno` has it.
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// In the system's words.
    public var reason: String { String(cString: strerror(code)) }

    public var category: ErrorCategory { .inputOutput }
    public var description: String { "the descriptor cannot be written: \(reason)" }
  }

  /// Opens those that whoever started this process has closed, on `/dev/null`. Otherwise the next file that is opened gets the number of
  /// one of them, and progress or results are written into it. To be called before anything else of a program; a library leaves it to
  /// its program.
  ///
  /// - Returns: Those that were closed.
  @discardableResult public static func openMissing() -> [Int32] {
    // In order: a new descriptor gets the lowest free number.
    let missing = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].filter { fcntl($0, F_GETFD) == -1 }
    for descriptor in missing {
      let opened = open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY)
      // Without /dev/null nothing is safe: not even a message has a place to go to.
      guard opened == descriptor else { _exit(74) }
    }
    return missing
  }

  /// From now on writing to a pipe that nobody reads (`EPIPE`), or beyond the largest size of a file (`EFBIG`), is an error of that write,
  /// and does not end the process.
  public static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

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
    // Replacing a descriptor hides what closing it reports, so a copy is closed. The descriptor's number is never free in between: another
    // thread could get it for a file of its own, and lose that again.
    let (other, copy) = (open("/dev/null", O_WRONLY | O_CLOEXEC), fcntl(descriptor, F_DUPFD_CLOEXEC, 3))
    defer { if other >= 0 { _ = systemClose(other) } }
    guard other >= 0, copy >= 0 else {
      // Without a descriptor to spare, the number is given up.
      if copy >= 0 { _ = systemClose(copy) }
      guard systemClose(descriptor) == 0 || errno == EINTR else { throw Failure(code: errno) }
      return
    }
    dup2(other, descriptor)
    guard systemClose(copy) == 0 || errno == EINTR else { throw Failure(code: errno) }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  bytes.map { Foundation.write(descriptor, $0, count) } ?? 0
}

private func systemClose(_ descriptor: Int32) -> Int32 { Foundation.close(descriptor) }
