public import Files
import Foundation

/// What a model reads of a conversation.
public struct ChatPrompt: Sendable, Equatable {
  /// Token ids, at least one.
  public let ids: [Int]
  /// Of the chat template that wrote it; `nil`: none did.
  public let template: Digest?
  /// The most tokens of prompt and answer together.
  public let limit: Int

  init(_ ids: [Int], template: Digest?, limit: Int) {
    (self.ids, self.template, self.limit) = (ids, template, limit)
  }

  /// Tokens that are left for the answer.
  public var room: Int { max(limit - ids.count, 0) }

  /// ``digest(of:)`` of its ids.
  public var digest: Digest { Self.digest(of: ids) }

  /// SHA-256 of token ids, four bytes each, the lowest first: who tokenizes by himself can compare.
  public static func digest(of ids: [Int]) -> Digest {
    var data = Data(capacity: 4 * ids.count)
    for id in ids { withUnsafeBytes(of: UInt32(clamping: id).littleEndian) { data.append(contentsOf: $0) } }
    return Digest(of: data)
  }
}
