/// The content of a gzipped file (RFC 1952) in pieces: all members one after the other, as `zcat` gives them.
///
/// Why not zlib: it is everywhere, but its header is not on every machine that has a Swift toolchain, and a package that
/// needs nothing installed is worth these few files.
public struct GzipInput {
  /// Text packs to a third or a tenth; what packs to less than 1/``mostExpansion``, but for the first ``freeBytes``, was made to
  /// fill a disk or a week.
  public static let mostExpansion = 256
  public static let freeBytes = 64 << 20

  private var input: BitInput
  private var member: Inflate?
  private var checksum = CRC32()
  private var memberBytes = 0
  private var allBytes = 0
  private var isFirst = true

  /// - Parameters:
  ///   - path: What errors call the file.
  ///   - next: Its next bytes; none at its end.
  public init(path: String, next: @escaping () throws -> [UInt8]) { input = BitInput(path: path, next: next) }

  /// Whether a file begins as gzipped ones do, whatever it is called.
  public static func isGzipped(_ first: some Sequence<UInt8>) -> Bool { first.starts(with: [0x1F, 0x8B]) }

  /// The next bytes; none at the end of the file.
  ///
  /// - Throws: ``GzipError`` for a file that is cut, damaged or a bomb; what reading throws.
  public mutating func next() throws -> [UInt8] {
    while true {
      if member == nil {
        // An empty file is not a gzipped one; zeros behind the last member are what tapes leave.
        if !isFirst, try skipPadding() { return [] }
        try readHeader()
      }
      guard let bytes = try member?.next(&input) else { continue }
      checksum.add(bytes)
      memberBytes += bytes.count
      allBytes += bytes.count
      guard allBytes <= Self.freeBytes || allBytes / Self.mostExpansion <= input.bytesRead else { throw bomb() }
      if member?.isDone == true {
        try readTrailer()
        member = nil
      }
      if !bytes.isEmpty { return bytes }
    }
  }

  /// Whether nothing but zeros is left; takes those before another member.
  private mutating func skipPadding() throws -> Bool {
    while try !input.isAtEnd() {
      guard try input.peek(8) == 0 else { return false }
      try input.drop(8)
    }
    return true
  }

  private mutating func readHeader() throws {
    var header = CRC32()
    func byte(_ input: inout BitInput) throws -> Int {
      let byte = try input.take(8)
      header.add([UInt8(byte)])
      return byte
    }
    guard try input.peek(16) == 0x8B1F else {
      throw GzipError(
        path: input.path, expected: "gzipped data", got: isFirst ? "another file" : "other bytes after it",
        fix: isFirst ? "Only gzipped files may end in .gz; rename this one." : "Copy or download the file again.")
    }
    for _ in 0..<2 { _ = try byte(&input) }
    guard try byte(&input) == 8 else { throw Inflate.broken(input, "an unknown way of packing") }
    let flags = try byte(&input)
    guard flags & 0xE0 == 0 else { throw Inflate.broken(input, "flags that mean nothing") }
    for _ in 0..<6 { _ = try byte(&input) }  // time, effort, system
    if flags & 4 != 0 {
      let size = try byte(&input) | byte(&input) << 8
      for _ in 0..<size { _ = try byte(&input) }
    }
    for flag in [8, 16] where flags & flag != 0 {  // name, comment
      while try byte(&input) != 0 {}
    }
    if flags & 2 != 0 {
      guard try input.take(16) == header.value & 0xFFFF else { throw Inflate.broken(input, "a damaged header") }
    }
    (member, checksum, memberBytes, isFirst) = (Inflate(), CRC32(), 0, false)
  }

  private mutating func readTrailer() throws {
    try input.alignToByte()
    guard try input.take(32) == checksum.value else { throw Inflate.broken(input, "another checksum (CRC-32)") }
    guard try input.take(32) == memberBytes & 0xFFFF_FFFF else { throw Inflate.broken(input, "another size") }
  }

  private func bomb() -> GzipError {
    GzipError(
      path: input.path, expected: "text that unpacks to at most \(Self.mostExpansion) times its size",
      got: "\(allBytes) bytes of \(input.bytesRead)", fix: "Unpack it yourself if it is meant.")
  }
}
