import Files
import Foundation

/// A tiktoken file: one token in each line, as base64 and rank, the ranks from 0 on in order.
struct TiktokenFile {
  /// By rank.
  let tokens: [[UInt8]]
  let ranks: [[UInt8]: Int32]
  private let file: String

  /// Longer tokens are refused: all ways to cut a token in two are looked at.
  private static let longestToken = 1024
  /// Bytes that this may take: that of Hunyuan-Large has 8 million.
  private static let mostWork = 1 << 29

  /// - Throws: `TokenizationError.malformed` or `.inconsistent` with the line.
  init(_ data: Data, file: String) throws {
    self.file = file
    var tokens: [[UInt8]] = []
    var ranks: [[UInt8]: Int32] = [:]
    var cuts = 0
    try data.forEachLine { number, line in
      let index = number - 1
      let token = try Self.token([UInt8](line)[...], rank: index, file: file)
      if let other = ranks.updateValue(Int32(clamping: index), forKey: token) {
        throw TokenizationError.inconsistent(
          file: file, key: "line \(number)", expected: "each token once", got: "the token of line \(other + 1) again"
        )
      }
      cuts += token.count * token.count
      guard cuts <= Self.mostWork else {
        throw TokenizationError.unsupported(
          file: file, key: "line \(number)", expected: "tokens of some ten bytes on average", got: "many long ones")
      }
      tokens.append(token)
    }
    for byte in UInt8.min...UInt8.max where ranks[[byte]] == nil {
      throw TokenizationError.inconsistent(
        file: file, key: "all lines", expected: "a token for each of the 256 bytes", got: "none for byte \(byte)")
    }
    self.tokens = tokens
    self.ranks = ranks
  }

  private static func token(_ line: ArraySlice<UInt8>, rank: Int, file: String) throws -> [UInt8] {
    func malformed(_ expected: String, got: String) -> TokenizationError {
      .malformed(file: file, key: "line \(rank + 1)", expected: expected, got: got)
    }
    let line = line.last == 0x0D ? line.dropLast() : line
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw malformed("a token and its rank", got: "\(parts.count) parts") }
    guard let token = Data(base64Encoded: Data(parts[0])), !token.isEmpty else {
      throw malformed("a token in base64", got: shown(parts[0]))
    }
    guard token.count <= longestToken else {
      throw malformed("a token of at most \(longestToken) bytes", got: "\(token.count)")
    }
    guard parts[1].elementsEqual(String(rank).utf8) else { throw malformed("the rank \(rank)", got: shown(parts[1])) }
    return [UInt8](token)
  }

  private static func shown(_ part: ArraySlice<UInt8>) -> String {
    JSONLocation.shown(String(decoding: part, as: UTF8.self))
  }

  /// The merges: two tokens side by side become the token that they spell together, at its rank.
  func merges() -> MergeTable {
    var found: [(left: Int32, right: Int32, rank: Int32)] = []
    for (rank, token) in tokens.enumerated() where token.count > 1 {
      for cut in 1..<token.count {
        guard let left = ranks[Array(token[..<cut])], let right = ranks[Array(token[cut...])] else { continue }
        found.append((left, right, Int32(clamping: rank)))
      }
    }
    var table = MergeTable(capacity: found.count)
    for pair in found { table[pair.left, pair.right] = MergeTable.Merge(rank: pair.rank, id: pair.rank) }
    return table
  }
}
