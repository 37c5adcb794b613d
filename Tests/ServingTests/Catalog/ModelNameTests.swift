import Files
import Testing

@testable import Serving

/// Does a name mean one thing, and does a slip say what was meant?
@Suite struct ModelNameTests {
  private func parsed(_ text: String) throws -> ModelName { try ModelName(parsing: text, basicName: "seedling") }

  @Test func whatNamesMean() throws {
    let digits = String(repeating: "0123456789abcdef", count: 4)
    let names: [(String, ModelName)] = [
      ("auto", .auto), ("base", .basic), ("seedling", .basic), ("spam", .released("spam")), ("Spam", .released("Spam")),
      ("a.b_c-9", .released("a.b_c-9")), ("spam@1", .number("spam", 1)), ("spam@70", .number("spam", 70)),
      ("spam:stable", .alias("spam", "stable")), ("spam:production", .alias("spam", "production")),
      ("spam:a-1", .alias("spam", "a-1")), ("spam:v", .alias("spam", "v")), ("spam:v7a", .alias("spam", "v7a")),
      ("spam:\(String(repeating: "a", count: 32))", .alias("spam", String(repeating: "a", count: 32))),
      ("spam@sha256:\(digits.prefix(12))", .digest("spam", prefix: "0123456789ab")),
      ("spam@sha256:\(digits)", .digest("spam", prefix: digits)),
      // A task of an earlier program may have such a name.
      ("auto@1", .number("auto", 1)), ("base@2", .number("base", 2)), ("seedling@1", .number("seedling", 1)),
      (String(repeating: "n", count: 100), .released(String(repeating: "n", count: 100))),
    ]
    for (text, expected) in names { #expect(try parsed(text) == expected, "\(text)") }
    // Another base, another name.
    #expect(try ModelName(parsing: "seedling", basicName: "org/other") == .released("seedling"))
    #expect(try ModelName(parsing: "org/other", basicName: "org/other") == .basic)
  }

  @Test func whatWasMeant() throws {
    let slips = [
      ("spam@production", "Did you mean spam:production?"), ("spam@stable", "Did you mean spam:stable?"),
      ("spam:7", "Did you mean spam@7?"), ("spam:v7", "Did you mean spam@7?"), ("spam@v7", "Did you mean spam@7?"),
      ("spam@07", "Did you mean spam@7?"), ("spam:latest", "Did you mean spam?"),
      ("spam@latest", "Did you mean spam?"), ("spam:Stable", "Did you mean spam:stable?"),
      ("spam:sha256:0123456789ab", "Did you mean spam@sha256:0123456789ab?"),
      ("spam@sha256:0123456789AB", "Did you mean spam@sha256:0123456789ab?"),
      ("spam@sha256:0123456789a", "at least 12"), ("spam@sha256:", "at least 12"),
      ("spam@sha256:0123456789xy", "hexadecimal digits"),
      ("spam@sha256:\(String(repeating: "a", count: 65))", "64 digits"),
      ("sha256:0123456789ab", "NAME@sha256:0123456789ab"), ("spam@0", "counted from 1"),
      ("spam@00", "counted from 1"), ("spam:v0", "counted from 1"),
      ("spam@99999999999999999999", "counted from 1"), ("spam:v99999999999999999999", "counted from 1"),
      ("spam:a_b", "small letters"), ("spam:\(String(repeating: "a", count: 33))", "1 to 32"),
      ("spam:", "small letters"), ("spam@", "Expected auto"), ("spam@-1", "Expected auto"),
      ("spam@1@2", "Expected auto"), ("spam@1:a", "Expected auto"), ("spam@1.0", "Expected auto"),
      ("", "Expected auto"), (" spam", "Expected auto"), ("sp am", "Expected auto"), (".spam", "Expected auto"),
      ("org/model", "Expected auto"), ("@1", "Expected auto"), (":stable", "Expected auto"),
      ("spa\u{301}m", "Expected auto"), ("spam\u{0}", "Expected auto"), ("../spam", "Expected auto"),
      ("spam@\u{661}", "Expected auto"), (String(repeating: "n", count: 101), "Expected auto"),
      (String(repeating: "n", count: 1 << 20), "bytes"),
    ]
    for (text, words) in slips {
      let error = #expect(throws: CatalogError.self, "\(text.prefix(80))") { try parsed(text) }
      let line = error.map { "\($0)" } ?? ""
      #expect(line.contains(words), "\(text.prefix(80)): \(line)")
      #expect(line.utf8.count < 500 && !line.contains("\n") && error?.category == .usage, "\(line)")
    }
  }

  /// Names are compared by code points: the Kelvin sign is no K, however it looks.
  @Test func lookAlikes() throws {
    #expect(throws: CatalogError.self) { try ModelName(parsing: "\u{212A}", basicName: "K") }
    #expect(throws: CatalogError.self) { try ModelName(parsing: "spam@sha256:\u{212A}", basicName: "K") }
  }

  @Test func messagesListALittle() {
    let names = (1...50).map { "task-\($0)" }
    let text = "\(CatalogError.notFound("tusk-7", known: names))"
    #expect(text.contains("Did you mean task-7?") && text.contains("and 30 more") && !text.contains("task-21,"))
    #expect("\(CatalogError.notFound("SPAM", known: ["spam"]))".contains("Did you mean spam?"))
    #expect("\(CatalogError.notFound("x", known: []))".contains("no other"))
    #expect("\(CatalogError.notFound("auto", known: ["spam"]))".contains("router"))
    #expect("\(CatalogError.versionNotFound("spam", known: ["spam@1"]))".contains("no version of it is released"))
    #expect("\(CatalogError.versionNotFound("spam@9", known: ["spam@1"]))".contains("There is spam@1."))
    let long = "\(CatalogError.notFound(String(repeating: "x\u{7}", count: 100_000), known: names))"
    #expect(long.utf8.count < 1_500 && !long.contains("\u{7}"))
  }
}
