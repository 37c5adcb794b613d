import Foundation
import Hummingbird

/// The fields of a form of the page, each at most once.
struct PageFields: Sendable, Equatable {
  /// The longest body that is read: a guideline of 20,000 characters, each spelled with up to twelve, and the other fields.
  static let largestBody = 512 * 1024

  private let values: [String: String]

  /// Reads a form.
  ///
  /// - Parameter body: `application/x-www-form-urlencoded`. The form is `nil` for what is not that: another encoding than UTF-8, a field
  ///   twice, a body that is too long.
  init?(_ body: Data) {
    guard body.count <= Self.largestBody, let encoded = String(validating: body, as: UTF8.self),
      let values = try? URLEncodedFormDecoder().decode([String: String].self, from: encoded)
    else { return nil }
    self.values = values
  }

  /// What was typed, without spaces around it; empty: nothing, or there is no such field. Browsers send every line end as two characters.
  subscript(name: String) -> String {
    (values[name] ?? "").replacingOccurrences(of: "\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A whole number that is not negative; `nil`: it is none.
  func number(_ name: String) -> Int? {
    Int(self[name]).flatMap { $0 >= 0 ? $0 : nil }
  }

  /// Names of fields that begin so, without that beginning, whose value is `1`.
  func switches(_ beginning: String) -> [String] {
    values.compactMap {
      $0.key.hasPrefix(beginning) && $0.value == "1" ? String($0.key.dropFirst(beginning.count)) : nil
    }
    .sorted()
  }
}
