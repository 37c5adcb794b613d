/// The checksum of gzip (RFC 1952, section 8).
public struct CRC32 {
  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of what was added so far.
  public var value: UInt32 { state ^ 0xFFFF_FFFF }

  /// For each byte the remainder of its eight bits.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
  }

  public init() {}

  public mutating func add(_ bytes: [UInt8]) {
    var crc = state
    Self.table.withUnsafeBufferPointer { table in
      for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    }
    state = crc
  }
}
