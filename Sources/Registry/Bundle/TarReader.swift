import Files
import Foundation

/// Reads a tar file that others may have written, entry by entry, from its beginning to its end.
final class TarReader {
  private let file: RegularFile
  private var held: ArraySlice<UInt8> = []
  private var rest = 0
  private var padding = 0

  /// - Throws: `FileError`.
  init(_ url: URL) throws { file = try RegularFile(url) }

  func malformed(_ reason: String) -> RegistryError { .malformedBundle(path: file.url.path, reason: reason) }

  /// The next entry's name and size; `nil` at the end. What was not read of the entry before is skipped.
  func next() throws -> (name: String, bytes: Int)? {
    while rest > 0 { _ = try piece() }
    try skip(padding)
    padding = 0
    let header = try take(Tar.block)
    if header.allSatisfy({ $0 == 0 }) {
      try requireEnd()
      return nil
    }
    guard header[257..<262].elementsEqual("ustar".utf8) else { throw malformed("not a tar file") }
    guard number(header[148..<156]) == checksum(header) else { throw malformed("an entry's header was changed") }
    guard header[156] == UInt8(ascii: "0") || header[156] == 0 else {
      throw malformed("an entry that is not a regular file")
    }
    guard header[345] == 0, let size = number(header[124..<136]) else { throw malformed("an entry of unknown size") }
    rest = size
    padding = (Tar.block - size % Tar.block) % Tar.block
    return (String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self), size)
  }

  /// The next bytes of the entry; none at its end.
  func piece() throws -> [UInt8] {
    guard rest > 0 else { return [] }
    try fill()
    let piece = held.prefix(rest)
    held = held.dropFirst(piece.count)
    rest -= piece.count
    return [UInt8](piece)
  }

  /// The whole entry.
  /// - Parameter limit: Bytes that it has at most.
  func data(limit: Int) throws -> Data {
    guard rest <= limit else { throw malformed("an entry of \(rest) bytes, expected at most \(limit)") }
    var data = Data()
    while true {
      let piece = try piece()
      if piece.isEmpty { return data }
      data.append(contentsOf: piece)
    }
  }

  private func fill() throws {
    if held.isEmpty { held = try file.next()[...] }
    if held.isEmpty { throw malformed("it ends in an entry") }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    while result.count < count {
      try fill()
      let piece = held.prefix(count - result.count)
      held = held.dropFirst(piece.count)
      result += piece
    }
    return result
  }

  /// Skips the padding behind an entry.
  private func skip(_ count: Int) throws {
    guard count > 0 else { return }
    guard try take(count).allSatisfy({ $0 == 0 }) else { throw malformed("bytes between two entries") }
  }

  /// Nothing but zeros follows the last entry.
  private func requireEnd() throws {
    while true {
      guard held.allSatisfy({ $0 == 0 }) else { throw malformed("bytes after its end") }
      held = try file.next()[...]
      if held.isEmpty { return }
    }
  }

  /// An octal number; `nil` for anything else.
  private func number(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }

  private func checksum(_ header: [UInt8]) -> Int {
    header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 0x20 : Int(header[$1])) }
  }
}
