import Files
import Foundation

/// Compressed bytes in the form of gzip (RFC 1951, 1952), which every machine can read: `gunzip < blob`.
///
/// Training rows are text and become a third. Equal bytes always give equal ones: no time and no name is in it.
enum Gzip {
  struct Failure: Error, Equatable { let reason: String }

  private static let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

  static func packed(_ data: Data) -> Data {
    var sum = CRC32()
    sum.add([UInt8](data))
    var result = Data(head)
    result.append(contentsOf: Deflater.packed([UInt8](data)))
    result.append(contentsOf: littleEndian(sum.value))
    result.append(contentsOf: littleEndian(UInt32(truncatingIfNeeded: data.count)))
    return result
  }

  /// - Parameter limit: What the bytes take at most: a small file may become a very large one.
  /// - Throws: ``Failure``.
  static func unpacked(_ data: Data, limit: Int = 256 << 20) throws -> Data {
    var rest = [UInt8](data)
    var input = GzipInput(path: "a blob") {
      defer { rest = [] }
      return rest
    }
    var result = Data()
    do {
      while case let piece = try input.next(), !piece.isEmpty {
        guard result.count + piece.count <= limit else { throw Failure(reason: "more than \(limit) bytes come out") }
        result.append(contentsOf: piece)
      }
    } catch let error as GzipError {
      throw Failure(reason: error.got)
    }
    return result
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}

/// The lengths and distances of DEFLATE: the smallest of each code, and how many bits more.
enum DeflateCodes {
  static let lengths: [(base: Int, bits: Int)] =
    steps([(3, 8, 0), (11, 4, 1), (19, 4, 2), (35, 4, 3), (67, 4, 4), (131, 4, 5)]) + [(258, 0)]
  static let distances: [(base: Int, bits: Int)] = steps([(1, 4, 0)] + (1...13).map { ((1 << ($0 + 1)) + 1, 2, $0) })
  /// In which order the lengths of the code for code lengths are written.
  static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private static func steps(_ groups: [(first: Int, count: Int, bits: Int)]) -> [(base: Int, bits: Int)] {
    groups.flatMap { group in (0..<group.count).map { (group.first + $0 << group.bits, group.bits) } }
  }

  /// The code of a length or distance: the last one whose base is not above it.
  static func code(_ value: Int, in codes: [(base: Int, bits: Int)]) -> Int {
    var (low, high) = (0, codes.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if codes[middle].base <= value { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// The codes of symbols from their lengths, the first bit lowest, as they go into the stream.
  static func codes(_ lengths: [Int]) -> [UInt32] {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[length] += 1 }
    var next = [UInt32](repeating: 0, count: 16)
    for length in 1..<16 { next[length] = (next[length - 1] + UInt32(length > 1 ? counts[length - 1] : 0)) << 1 }
    return lengths.map { length in
      guard length > 0 else { return 0 }
      defer { next[length] += 1 }
      var (code, reversed): (UInt32, UInt32) = (next[length], 0)
      for _ in 0..<length {
        reversed = reversed << 1 | code & 1
        code >>= 1
      }
      return reversed
    }
  }
}
