import TestSupport
import Testing

@testable import accrete

/// Is an address refused as one, without what is secret in it?
@Suite struct RemoteAddressTests {
  private let address = "https://user:t0ken@example.org/org/name/rows.jsonl?key=s3cret"

  @Test(arguments: [false, true]) func secretsAreNotPrinted(isAssigned: Bool) throws {
    let arguments = isAssigned ? ["init", "--base=\(address)"] : ["init", "--base", address]
    for path in [address, "/home/me/\(address.replacing("://", with: ":/"))"] {
      let text = try #require(RemoteAddress.refusal("\(path): no such file.", arguments))
      #expect(text.hasPrefix("https://example.org/org/name/rows.jsonl: expected a path"), "\(text)")
      #expect(text.contains("hf download ORG/NAME") && text.contains("curl"), "\(text)")
      for secret in ["user", "t0ken", "s3cret"] { #expect(!text.contains(secret), "\(text)") }
    }
  }

  @Test func whatIsAboutNoAddress() {
    #expect(RemoteAddress.refusal("registry: holds no registry", ["learn", address]) == nil)
    #expect(RemoteAddress.refusal("\(address): too long", ["predict", "--text", address]) == nil)
    #expect(RemoteAddress.refusal("rows.jsonl: no such file", ["learn", "rows.jsonl"]) == nil)
  }
}

extension CommandLineTests {
  /// The same through the program.
  @Suite struct RemoteAddressCommandTests {
    @Test func aBase() throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(
        ["init", "--base", "https://user:t0ken@example.org/org/name", "--registry", "r"], in: scratch.url)
      #expect(outcome.code == 65 && outcome.error.contains("https://example.org/org/name: expected a path"))
      #expect(!outcome.error.contains("t0ken"), "\(outcome.testDescription)")
    }
  }
}
