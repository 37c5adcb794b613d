import Foundation
import Testing

@testable import Access

/// Does no key get into a log?
@Suite struct RedactionTests {
  private static let secret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"
  private static let key = "ak_0123456789ab_\(secret)"

  @Test(
    arguments: [
      (key, "ak_0123456789ab_[redacted]"),
      ("Authorization: Bearer \(key)\r\n", "Authorization: Bearer ak_0123456789ab_[redacted]\r\n"),
      ("{\"key\":\"\(key)\"}", "{\"key\":\"ak_0123456789ab_[redacted]\"}"),
      ("\(key) and \(key)", "ak_0123456789ab_[redacted] and ak_0123456789ab_[redacted]"),
      // Cut off, with more behind it, in other letters, right behind other letters.
      (String(key.prefix(20)), "ak_0123456789ab_[redacted]"), (key + "more", "ak_0123456789ab_[redacted]"),
      (key.uppercased(), "AK_0123456789AB_[redacted]"), ("x" + key, "xak_0123456789ab_[redacted]"),
      ("ak_" + key, "ak_[redacted]"),
      // Without an id.
      ("ak_" + secret, "ak_[redacted]"), ("ak_x_" + secret, "ak_[redacted]"),
      ("é\(key)é", "éak_0123456789ab_[redacted]é"),
    ] as [(String, String)]) func whatLooksLikeAKey(text: String, expected: String)
  {
    let got = AccessKeys.redacted(text)
    #expect(got == expected)
    #expect(!got.contains(Self.secret.prefix(4)))
  }

  @Test(arguments: [
    "", "ak_", "ak", "a", "peak_memory_bytes_allocated", "break_it_down", "ak_0123456789ab", "ak_0123456789ab_",
    "nothing here, é 日本 \u{0}",
  ]) func whatDoesNot(text: String) { #expect(AccessKeys.redacted(text) == text) }

  @Test func newKeysAreRecognized() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let key = KeyText(using: &generator)
      #expect(AccessKeys.redacted("<\(key.text)>") == "<ak_\(key.id)_[redacted]>")
    }
  }

  /// Time that grows with the text alone.
  @Test(arguments: ["ak_", "ak_0", "ak_0123456789ab_", "ak_0123456789ab_x ", "aaaa"]) func muchText(piece: String) {
    let text = String(repeating: piece, count: 200_000)
    let clock = ContinuousClock()
    #expect(clock.measure { _ = AccessKeys.redacted(text) } < .seconds(5))
  }
}
