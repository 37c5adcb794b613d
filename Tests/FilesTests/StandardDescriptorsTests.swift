import Foundation
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
}
