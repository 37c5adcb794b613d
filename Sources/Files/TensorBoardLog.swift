public import Foundation

/// Curves for TensorBoard: a file of events in its form (TFRecord of `tensorflow.Event` messages), which grows with the run.
///
/// A record is `length | masked CRC-32C of it | message | masked CRC-32C of it`, lengths and checksums little-endian. What was written after
/// the checkpoint that a run is continued from is cut off, so that no step stands there twice. Times are the machine's, so that equal runs have
/// different files.
public final class TensorBoardLog {
  /// The name; TensorBoard takes every file that has `tfevents` in it.
  public static let fileName = "events.out.tfevents.0.accrete"

  private let handle: FileHandle
  private let url: URL

  /// - Parameters:
  ///   - url: The file; made with its folder where it is missing.
  ///   - step: The last step whose events stay; `nil`: the file begins anew.
  /// - Throws: `FileError`.
  public init(_ url: URL, keepingTo step: Int?) throws {
    self.url = url
    let kept = try step.map { try Self.prefix(of: url, to: $0) } ?? 0
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      if kept == 0 { try AtomicFile.write(Data(Self.record(Self.version(at: Date()))), to: url) }
      handle = try FileHandle(forUpdating: url)
      if kept > 0 { try handle.truncate(atOffset: UInt64(kept)) }
      try handle.seekToEnd()
    } catch let error as FileError {
      throw error
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: url.path)
    } catch {
      throw FileError.notWritable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// Adds values of one step, each under a name.
  /// - Throws: `FileError`.
  public func append(step: Int, _ values: [(tag: String, value: Double)], at time: Date = Date()) throws {
    do {
      try handle.write(contentsOf: Data(Self.record(Self.event(step: step, values, at: time))))
    } catch {
      throw FileError.notWritable(path: url.path, reason: error.localizedDescription)
    }
  }

  // MARK: Form

  /// `Event { double wall_time = 1; string file_version = 3; }`
  static func version(at time: Date) -> [UInt8] {
    double(1, time.timeIntervalSince1970) + bytes(3, Array("brain.Event:2".utf8))
  }

  /// `Event { double wall_time = 1; int64 step = 2; Summary summary = 5; }`, `Summary { repeated Value value = 1; }`,
  /// `Value { string tag = 1; float simple_value = 2; }`
  static func event(step: Int, _ values: [(tag: String, value: Double)], at time: Date) -> [UInt8] {
    let summary = values.flatMap { tag, value in
      bytes(1, bytes(1, Array(tag.utf8)) + [2 << 3 | 5] + little(Float(value).bitPattern))
    }
    // A number that is 0 is left out.
    let number = step > 0 ? [2 << 3] + varint(UInt64(step)) : []
    return double(1, time.timeIntervalSince1970) + number + bytes(5, summary)
  }

  static func record(_ message: [UInt8]) -> [UInt8] {
    let length = little(UInt64(message.count))
    return length + little(masked(length)) + message + little(masked(message))
  }

  /// How many bytes of a file are whole records up to a step; 0 where there is no file, or not one of ours.
  private static func prefix(of url: URL, to step: Int) throws -> Int {
    guard let file = try OptionalFile.read({ try MappedFile(url) }) else { return 0 }
    return withExtendedLifetime(file) {
      var position = 0
      while let message = message(file.bytes, at: position) {
        // Time first, nine bytes; then the step, where it is not 0.
        if message.count > 10, message[9] == 2 << 3, value(message.dropFirst(10)) > UInt64(max(step, 0)) { break }
        position += message.count + 16
      }
      return position
    }
  }

  /// The message of the record at a position; `nil` if no whole one is there.
  private static func message(_ bytes: UnsafeRawBufferPointer, at position: Int) -> [UInt8]? {
    func part(_ from: Int, _ count: Int) -> [UInt8]? {
      count <= bytes.count - from ? Array(bytes[from..<from + count]) : nil
    }
    guard let length = part(position, 8), let check = part(position + 8, 4), check == little(masked(length)) else {
      return nil
    }
    let count = length.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard count < 1 << 20, let message = part(position + 12, Int(count)),
      let end = part(position + 12 + message.count, 4),
      end == little(masked(message))
    else { return nil }
    return message
  }

  private static func value(_ varint: ArraySlice<UInt8>) -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    for byte in varint.prefix(10) {
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
    }
    return value
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (bytes, rest) = ([UInt8](), value)
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F | 0x80))
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func bytes(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + varint(UInt64(content.count)) + content
  }

  private static func double(_ field: UInt8, _ value: Double) -> [UInt8] { [field << 3 | 1] + little(value.bitPattern) }

  private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// CRC-32C (Castagnoli), rotated and offset (masked), as TFRecord has it: a checksum of data that holds checksums is not a constant.
  private static func masked(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    crc ^= 0xFFFF_FFFF
    return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
  }
}
