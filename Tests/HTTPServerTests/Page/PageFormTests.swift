import Console
import Foundation
import Testing

@testable import HTTPServer

/// Is a form read as it was typed, and everything else refused?
@Suite struct PageFormTests {
  private func form(_ body: String) -> PageForm? { PageForm(Data(body.utf8)) }

  @Test func fields() throws {
    let form = try #require(
      self.form(
        "csrf=ab&model=spam%407&text=a+b%0D%0Ac%26%3D%E2%80%AE%C3%A9&digest=sha256%3A00&pinned=0&force=1&more=x"))
    #expect(form.csrf == "ab" && form.model == "spam@7" && form.digest == "sha256:00" && form.key == nil)
    #expect(Array((form.text ?? "").unicodeScalars) == Array("a b\nc&=\u{202E}é".unicodeScalars))
    #expect(form.isPinned == false && form.isForced)
    let empty = try #require(self.form(""))
    #expect(empty.csrf == nil && empty.text == nil && empty.isPinned == nil && !empty.isForced)
    #expect(self.form("text=")?.text == "")
  }

  @Test(arguments: [
    "pinned=2", "pinned=", "force=yes", "csrf=a&csrf=b", "text=%ZZ", "text=%4", "text=%", "csrf[a]=b", "csrf[]=b",
    "csrf[=b", "[=x", "text[\(String(repeating: "[a]", count: 1000))=x",
  ])
  func whatIsNoForm(body: String) {
    #expect(form(body) == nil)
  }

  @Test func bytesThatAreNoText() {
    #expect(PageForm(Data([0x74, 0x3D, 0xFF])) == nil)
    // Spelled out, they are shown as a browser shows them.
    #expect(form("text=a%FFb%C3")?.text == "a\u{FFFD}b\u{FFFD}")
  }

  @Test func longTexts() {
    let longest = String(repeating: "a", count: PageTrial.longestText)
    #expect(form("text=" + longest)?.text == longest)
    #expect(form("text=" + longest + "a") == nil)
    #expect(form("text=" + String(repeating: "%0D%0A", count: PageTrial.longestText))?.text?.utf8.count == 65_536)
    #expect(form(String(repeating: "a", count: PageForm.largestBody + 1)) == nil)
  }
}
