import Console
public import Foundation
import Hummingbird

/// A form of the page as a browser posts it. A field that is not there is `nil`; what each action takes is said at ``PagePath``.
public struct PageForm: Sendable, Equatable {
  /// The longest body that is read: a text of `PageTrial.longestText` bytes, each of which may be a line end and spelled `%0D%0A`, and
  /// the other fields.
  public static let largestBody = 6 * PageTrial.longestText + 4096

  /// What a person is told whose form is `nil`.
  public static let refusal =
    "The form cannot be read. Expected the fields of the page's own form, and a text of at most 64 KiB. Go back and send it again."

  public let csrf: String?
  public let key: String?
  public let model: String?
  /// As it was typed: browsers send every line end as two characters.
  public let text: String?
  public let digest: String?
  public let isPinned: Bool?
  public let isForced: Bool

  private struct Fields: Decodable {
    var csrf: String?
    var key: String?
    var model: String?
    var text: String?
    var digest: String?
    var pinned: String?
    var force: String?
  }

  /// Reads a form. Bytes that are no text, spelled with `%`, become U+FFFD, as they are shown elsewhere.
  ///
  /// - Parameter body: `application/x-www-form-urlencoded`. The form is `nil` for what is not that: another encoding than UTF-8, a field
  ///   twice, a value that cannot be, a text or a body that is too long.
  public init?(_ body: Data) {
    guard body.count <= Self.largestBody, let encoded = String(validating: body, as: UTF8.self),
      let fields = try? URLEncodedFormDecoder().decode(Fields.self, from: encoded)
    else { return nil }
    csrf = fields.csrf
    key = fields.key
    model = fields.model
    text = fields.text?.replacingOccurrences(of: "\r\n", with: "\n")
    digest = fields.digest
    switch fields.pinned {
    case nil: isPinned = nil
    case "1"?: isPinned = true
    case "0"?: isPinned = false
    default: return nil
    }
    switch fields.force {
    case nil: isForced = false
    case "1"?: isForced = true
    default: return nil
    }
    guard (text?.utf8.count ?? 0) <= PageTrial.longestText else { return nil }
  }
}
