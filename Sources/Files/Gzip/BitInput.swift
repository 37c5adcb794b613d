/// The bits of a file, as DEFLATE packs them: from the lowest bit of each byte on.
struct BitInput {
  /// What errors call the file.
  let path: String
  /// Bytes that were read so far.
  private(set) var bytesRead = 0
  private let next: () throws -> [UInt8]
  private var piece: [UInt8] = []
  private var index = 0
  private var isAtEndOfFile = false
  /// The bits that were read and not taken yet, the next one lowest.
  private var bits: UInt64 = 0
  private var count = 0

  /// - Parameter next: The file's next bytes; none at its end.
  init(path: String, next: @escaping () throws -> [UInt8]) {
    self.path = path
    self.next = next
  }

  /// Reads until there are at least 32 bits, or the file ends.
  private mutating func fill() throws {
    while count <= 56 {
      if index == piece.count {
        if isAtEndOfFile { return }
        piece = try next()
        index = 0
        bytesRead += piece.count
        isAtEndOfFile = piece.isEmpty
        if isAtEndOfFile { return }
      }
      bits |= UInt64(piece[index]) << UInt64(count)
      index += 1
      count += 8
    }
  }

  /// The next `size` bits, at most 32, without taking them; zeros stand for those that the file does not have.
  mutating func peek(_ size: Int) throws -> Int {
    if count < size { try fill() }
    return Int(truncatingIfNeeded: bits & (1 << UInt64(size) - 1))
  }

  /// Takes bits that were peeked at.
  ///
  /// - Throws: ``GzipError`` when the file has ended before them.
  mutating func drop(_ size: Int) throws {
    guard size <= count else {
      throw GzipError(
        path: path, expected: "the rest of the packed data", got: "the end of the file",
        fix: "The file was cut; copy or download it again.")
    }
    bits >>= UInt64(size)
    count -= size
  }

  /// Takes the next `size` bits, at most 32.
  ///
  /// - Throws: As ``drop(_:)``.
  mutating func take(_ size: Int) throws -> Int {
    let value = try peek(size)
    try drop(size)
    return value
  }

  /// Takes what is left of a byte of which bits were taken.
  mutating func alignToByte() throws { try drop(count % 8) }

  /// Whether nothing is left.
  mutating func isAtEnd() throws -> Bool {
    if count == 0 { try fill() }
    return count == 0
  }
}
