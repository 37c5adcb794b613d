import Foundation
import Testing

@testable import Console

/// Can a reviewer judge an item, and nothing else tell of it?
@Suite struct ReviewViewTests {
  private func view(_ content: ReviewContent) throws -> PageElement {
    try PageElement.page(SamplePage.page.review(content))
  }

  /// P8: what the coin has chosen looks like what the queue gives without a suggestion, but for id and text.
  @Test func nothingTellsTheCoinFromTheQueue() throws {
    var (coin, queue) = (SamplePage.review(isBlind: true), SamplePage.review(isBlind: true))
    coin.item?.id = "coin-1"
    coin.item?.text = "See you at eight."
    queue.item?.id = "queue-2"
    queue.item?.text = "WIN £500 now!"
    func plain(_ content: ReviewContent) throws -> String {
      let item = try #require(content.item)
      return String(decoding: SamplePage.page.review(content), as: UTF8.self)
        .replacingOccurrences(of: item.id, with: "ID").replacingOccurrences(of: item.text, with: "TEXT")
    }
    #expect(try plain(coin) == plain(queue))
    // There is nothing in the value that could tell: whoever adds a field has to think of this.
    let fields = Mirror(reflecting: try #require(coin.item)).children.compactMap(\.label)
    #expect(fields == ["id", "task", "text", "labels", "suggestion", "opinions", "leaseEnds", "guideline"])
  }

  @Test func everyLabelIsAButtonWithItsKey() throws {
    var content = SamplePage.review()
    content.item?.labels = (1...12).map { ReviewContent.Label(name: "label \($0)") }
    let buttons = try view(content).all("button").filter { $0["data-act"] == "label" }
    #expect(buttons.count == 12)
    #expect(buttons.map { $0["aria-keyshortcuts"] } == (1...9).map { "\($0)" } + [nil, nil, nil])
    #expect(buttons.map { $0["data-index"] } == (0..<12).map { "\($0)" })
    #expect(buttons.allSatisfy { $0["name"] == "label" && $0["value"].flatMap(PagePath.text(ofValue:)) != nil })
  }

  /// What a form sends is the label, code point by code point, also where it has what attributes cannot hold.
  @Test(arguments: ["ok", "a b", "👩\u{200D}💻", "\u{202E}x", "50%", "%25", "\n", "é", "e\u{301}"])
  func labelsComeBackAsTheyAre(label: String) throws {
    var content = SamplePage.review()
    content.item?.labels[0].name = label
    let value = try #require(try view(content).all("button").first { $0["data-act"] == "label" }?["value"])
    #expect(PagePath.text(ofValue: value)?.unicodeScalars.elementsEqual(label.unicodeScalars) == true)
  }

  /// No label is chosen before, and no form is sent without a choice.
  @Test func nothingIsChosenBefore() throws {
    let page = try view(SamplePage.review())
    #expect(!page.all.contains { $0["checked"] != nil && $0["id"] != "keys-on" || $0["autofocus"] != nil })
    #expect(page.all("input").allSatisfy { $0["name"] != "label" })
    let suggested = try #require(page.all("section").first { $0["id"] == "item" })
    #expect(suggested["data-suggestion"] == "1" && suggested["data-seconds"] == "284")
    let blind = try view(SamplePage.review(isBlind: true))
    #expect(blind.all.allSatisfy { $0["data-suggestion"] == nil })
    #expect(blind.all("input").filter { $0["name"] == "suggested" }.allSatisfy { $0["value"] == "0" })
  }

  /// A suggestion that is none of the labels is nothing to accept.
  @Test func aSuggestionThatIsNoLabel() throws {
    var content = SamplePage.review()
    content.item?.suggestion?.label = "else"
    #expect(try view(content).all.allSatisfy { $0["data-suggestion"] == nil })
  }

  @Test func everyFormIsOfItsItem() throws {
    var content = SamplePage.review()
    content.item?.id = "a/b?c=d&e#f"
    let actions = Set(try view(content).all("form").compactMap { $0["action"] })
    #expect(actions == ["/review/item/a%2Fb%3Fc%3Dd%26e%23f", "/review/undo", "/logout"])
  }

  @Test func whoSettlesSeesWhatOthersSaid() throws {
    #expect(try view(SamplePage.review(isSettled: true)).text.contains("Grace: ok – an appointment"))
    #expect(try !view(SamplePage.review()).text.contains("Others said"))
  }

  /// Times that no clock gives, and numbers that nobody counts to: a page comes out all the same.
  @Test func whatCannotBe() throws {
    for seconds in [-Double.infinity, -1e300, 1e300, .infinity, .nan] {
      var content = SamplePage.review()
      content.item?.leaseEnds = Date(timeIntervalSince1970: seconds)
      content.item?.suggestion?.probability = seconds
      content.progress = .init(today: .max, waiting: .min, pastDue: .max, undoable: .min)
      let page = try view(content)
      #expect(!page.text.contains("nan") && !page.text.contains("inf"))
    }
  }
}
