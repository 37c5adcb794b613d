import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Files

/// Does all of a text arrive where it is written, or is it an error?
@Suite struct StandardDescriptorsTests {
  @Test func aFullDeviceIsAnError() {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: StandardDescriptors.Failure(code: ENOSPC)) {
      try StandardDescriptors.write(Data("text".utf8), to: full)
    }
  }

  /// A pipe that somebody has made non-blocking takes 64 KiB at a time; the rest waits for the reader.
  @Test func aSlowReaderGetsAll() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (reading, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    let sent = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let writer = Thread {
      try? StandardDescriptors.write(sent, to: writing)
      close(writing)
    }
    writer.start()
    let got = try FileHandle(fileDescriptor: reading, closeOnDealloc: true).readToEnd()
    #expect(got == sent)
  }

  /// A descriptor that was closed for good writes nowhere, and its number is no other file's.
  @Test func closingKeepsTheNumber() throws {
    let scratch = try Scratch()
    let file = try scratch.write("", to: "file")
    let descriptor = open(file.path, O_WRONLY)
    try StandardDescriptors.write(Data("text".utf8), to: descriptor)
    try StandardDescriptors.close(descriptor)
    defer { close(descriptor) }
    #expect(fcntl(descriptor, F_GETFD) != -1)
    try StandardDescriptors.write(Data("more".utf8), to: descriptor)
    #expect(try Data(contentsOf: file) == Data("text".utf8))
  }

  /// While a number is closed, a file that another thread opens keeps its own: it gets no number that is taken away again.
  @Test(.timeLimit(.minutes(1))) func closingTakesNoFileOfAnotherThread() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("closing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let isDone = Mutex(false)
    async let lost = Task.detached {
      var lost = 0
      while !isDone.withLock({ $0 }) {
        let own = open("/dev/zero", O_RDONLY | O_CLOEXEC)
        guard own >= 0 else { continue }
        for _ in 0..<20 {
          var byte: UInt8 = 1
          if read(own, &byte, 1) != 1 { lost += 1 }
        }
        close(own)
      }
      return lost
    }.value
    for number in 0..<20_000 {
      // A pipe: there is nothing to flush, so that only the change of descriptors takes time.
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0, "pipe \(number)")
      try StandardDescriptors.close(ends[1])
      close(ends[1])
      close(ends[0])
    }
    isDone.withLock { $0 = true }
    #expect(await lost == 0)
  }
}
