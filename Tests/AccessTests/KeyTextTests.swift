import Foundation
import Testing

@testable import Access

/// Is a key's text what it has to be, and nothing else taken for one?
@Suite struct KeyTextTests {
  @Test func aNewKey() throws {
    var generator = SystemRandomNumberGenerator()
    let keys = (0..<200).map { _ in KeyText(using: &generator) }
    #expect(Set(keys.map(\.text)).count == 200 && Set(keys.map(\.id)).count == 200)
    for key in keys {
      #expect(key.text.wholeMatch(of: /ak_[0-9a-f]{12}_[A-Za-z0-9_-]{43}/) != nil, "\(key.text)")
      #expect(key.text.hasPrefix("ak_\(key.id)_"))
      let again = try #require(KeyText(key.text))
      #expect(again.id == key.id && again.digest.elementsEqual(key.digest))
    }
    // All characters occur: no bits are always zero.
    #expect(Set(keys.map { $0.text.suffix(43) }.joined()).count == 64)
  }

  /// Another generator, another key: its bits are those that it was given.
  @Test func itsBitsAreTheGenerators() {
    struct Zeros: RandomNumberGenerator { mutating func next() -> UInt64 { 0 } }
    var zeros = Zeros()
    #expect(KeyText(using: &zeros).text == "ak_000000000000_" + String(repeating: "A", count: 43))
  }

  private static let secret = String(repeating: "A", count: 43)

  private static let notKeys: [String] = [
    "", "ak_", "ak__", "sk_0123456789ab_\(secret)", "AK_0123456789ab_\(secret)", "ak_0123456789AB_\(secret)",
    "ak_0123456789a_\(secret)", "ak_0123456789abc_\(secret)", "ak_0123456789ab-\(secret)",
    "ak_0123456789ab_\(secret.dropLast())", "ak_0123456789ab_\(secret)A", "ak_0123456789ab_\(secret)\n",
    " ak_0123456789ab_\(secret)", "ak_0123456789ab_\(secret.dropLast())=", "ak_0123456789ab_\(secret.dropLast())+",
    "ak_0123456789ab_\(secret.dropLast())\u{0}", "ak_0123456789ab_\(secret.dropLast())é",
    "ak_0123456789ab_\(secret.dropLast(2))é", "ak_0123456789ab_\(secret)\u{301}", "Bearer ak_0123456789ab_\(secret)",
    "ak_０１２３_\(secret)",
  ]

  @Test(arguments: notKeys) func whatIsNoKey(text: String) { #expect(KeyText(text) == nil) }

  @Test func aTextWithoutEnd() {
    let text = "ak_0123456789ab_" + String(repeating: "A", count: 50_000_000)
    let clock = ContinuousClock()
    let time = clock.measure { _ = KeyText(text) }
    #expect(KeyText(text) == nil && time < .milliseconds(100))
  }
}
