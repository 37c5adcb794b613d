import Files
import Foundation
import Testing

@testable import Console

/// Does each view show what it should, to everybody, with nothing from elsewhere?
@Suite struct ServingViewTests {
  private func page(_ name: String) throws -> PageElement {
    try PageElement.page(try #require(SamplePage.views().first { $0.name == name }).data)
  }

  /// Names and values of the lists of facts.
  private func facts(_ page: PageElement) -> [String: String] {
    Dictionary(
      page.all("dl").flatMap(\.elements).compactMap { row in
        row.elements.count == 2 ? (row.elements[0].text, row.elements[1].text) : nil
      }, uniquingKeysWith: { $1 })
  }

  /// The cells of the rows of a table.
  private func rows(_ page: PageElement, _ label: String) throws -> [[String]] {
    let box = try #require(page.all("div").first { $0["aria-label"] == label })
    return box.all("tbody").flatMap { $0.all("tr") }.map { $0.elements.map(\.text) }
  }

  @Test func overview() throws {
    let page = try page("overview")
    let facts = facts(page)
    #expect(facts["Revision"] == "12" && facts["Published"] == "2026-11-27 00:53:20 UTC" && facts["Age"] == "3 days")
    #expect(facts["Versions served"] == "2" && facts["Experts in memory"] == "1" && facts["Requests waiting"] == "1")
    #expect(facts["Last error"] == "queue_full, 2026-11-30 00:52:20 UTC")
    #expect(page.all("a").contains { $0["href"] == "/serving" })
    #expect(page.all("a").filter { $0["aria-current"] != nil }.map(\.text) == ["Overview"])
  }

  @Test func load() throws {
    let facts = facts(try page("serving"))
    #expect(
      facts["Requests a second"] == "3.2 over 10\u{A0}s" && facts["Tokens a second"] == "412.5 while busy"
        && facts["Requests running"] == "3" && facts["Requests waiting"] == "1")
    #expect(facts["KV cache in use"] == "24 of 1024 blocks 10 kept for reuse, 64 tokens each")
    #expect(facts["Prefix cache hits"] == "55.0\u{A0}% of 12,345 tokens")
    #expect(facts["Experts in memory"] == "1 3.0\u{A0}MiB" && facts["Experts loaded"] == "4 1 failed, 2 evicted")
  }

  @Test func tables() throws {
    let page = try page("serving")
    let (spam, abuse) = (short("spam"), short("abuse"))
    #expect(
      try rows(page, "Table of models") == [
        ["tiny", "–", "–", "always in memory"], ["auto", "–", "–", "the router chooses"],
        ["spam@7 \(spam)", "stable newest ", "2", "in memory, pinned"],
        ["abuse@1 \(abuse)", "–", "3", "not in memory"],
      ])
    let experts = try rows(page, "Table of experts in memory")
    #expect(
      experts.map { Array($0.prefix(2)) } == [
        ["spam@7 \(spam)", "ready pinned, used by 2 requests, 3.0\u{A0}MiB"],
        // A version that no name leads to any more is called by its digest.
        ["\(short("gone")) \(short("gone"))", "draining used by 1 request, 1.0\u{A0}MiB"],
      ])
    #expect(
      try rows(page, "Table of recent errors") == [
        ["queue_full", "17", "2026-11-30 00:52:20 UTC"], ["deadline_exceeded", "1", "2026-11-29 23:53:20 UTC"],
      ])
  }

  /// A task of free answers has no labels to count, an expert on its way no size, and a cache that nobody asked no share.
  @Test func numbersThatWouldMeanNothing() throws {
    var data = SamplePage.data
    data.models = [.init(kind: .version, id: "notes@1", name: "notes", version: 1)]
    data.experts = [
      .init(version: SamplePage.digest("spam"), state: "loading", references: 0, bytes: 0, isPinned: false)
    ]
    data.load.prefixQueries = 0
    let page = try PageElement.page(SamplePage.page.serving(data))
    #expect(try rows(page, "Table of models") == [["notes@1", "–", "free answers", "not in memory"]])
    #expect(try rows(page, "Table of experts in memory").map { $0[1] } == ["loading not used now"])
    #expect(facts(page)["Prefix cache hits"] == "nothing looked up yet")
  }

  /// Where no keys are asked for, the next request would open a session again.
  @Test func whoHasNoKeyDoesNotLogOut() throws {
    let page = Page(for: PageViewer(csrf: "ab", canLogOut: false))
    for data in [page.overview(SamplePage.overview()), page.serving(SamplePage.data)] {
      #expect(try !PageElement.page(data).all("form").contains { $0["action"] == "/logout" })
    }
  }

  private func short(_ text: String) -> String { String(SamplePage.digest(text).hexadecimal.prefix(12)) }

  @Test func answer() throws {
    let page = try page("answer")
    let facts = facts(page)
    #expect(facts["Route"] == "spam" && facts["Confidence"] == "87.5\u{A0}% among the tasks")
    #expect(facts["Distance"] == "1.12 from the nearest task" && facts["Router"] == short("router"))
    #expect(facts["Label"] == "no" && facts["Model"] == "spam@7" && facts["Expert"] == short("spam"))
    #expect(facts["Not read"] == "3 tokens at the beginning of the text")
    // A bar for each label, with its number beside it.
    let bars = page.all("ul").filter { $0["class"] == "bars" }.flatMap(\.elements)
    let numbers = bars.map { $0.all("span").first { $0["class"] == "value" }?.text }
    #expect(numbers == ["93.8\u{A0}%", "6.2\u{A0}%"])
    #expect(bars.map { $0.all("rect").last?["width"] } == ["93.75", "6.25"])
    #expect(page.all("option").filter { $0["selected"] != nil }.map { $0["value"] } == ["auto"])
    #expect(page.all("textarea").first?.text == "\nI was charged\ntwice.")
    #expect(page.all("p").contains { $0["role"] == "status" && $0.text == PageNotice.pinned.text })
    // Whoever reads by the keyboard can scroll a long text.
    #expect(page.all("div").filter { $0["class"] == "text" }.map { $0["tabindex"] } == ["0"])
    let unclaimed = try self.page("unclaimed")
    let said = self.facts(unclaimed)
    #expect(said["Route"] == "none; the nearest is spam" && said["Label"] == nil)
    // That there is no answer is said, and what to do.
    let notes = { (page: PageElement) in
      page.all("p").filter { $0["role"] == "status" && $0.text.hasPrefix("No task claims this text.") }.count
    }
    #expect(notes(unclaimed) == 1 && notes(page) == 0)
  }

  /// As answers have them: the most probable first, of equals the first label.
  @Test func theMostProbableIsFirst() throws {
    var trial = SamplePage.trial()
    trial.answer?.probabilities = [
      .init(label: "a", value: 0.125), .init(label: "b", value: 0.25), .init(label: "c", value: 0.5),
      .init(label: "d", value: 0.125),
    ]
    let page = try PageElement.page(SamplePage.page.serving(SamplePage.data, trial: trial))
    #expect(page.all("span").filter { $0["class"] == "label" }.map(\.text) == ["c", "b", "a", "d"])
  }

  /// The base has no expert to name.
  @Test func whatTheBaseWrote() throws {
    var trial = PageTrial(text: "a", model: "tiny")
    trial.answer = .init(model: "tiny", expert: nil, text: "once upon a time")
    let page = try PageElement.page(SamplePage.page.serving(SamplePage.data, trial: trial))
    let names = page.all("dt").map(\.text)
    #expect(names.contains("Answer") && !names.contains("Expert") && !names.contains("Label"))
    let options = page.all("option")
    #expect(options.compactMap { $0["value"] } == ["auto", "spam@7", "abuse@1", "spam@8", "tiny"])
    #expect(options.filter { $0["selected"] != nil }.compactMap { $0["value"] } == ["tiny"])
  }

  @Test(arguments: [0.0, 1, 1.5, -1, .nan, .infinity])
  func probabilitiesThatAreNone(value: Double) throws {
    var trial = SamplePage.trial()
    trial.answer?.probabilities = [.init(label: "a", value: value)]
    let page = try PageElement.page(SamplePage.page.serving(SamplePage.data, trial: trial))
    let width = try #require(page.all("rect").last?["width"].flatMap { Double($0) })
    #expect((0...100).contains(width))
  }

  /// Numbers that no engine gives and dates that no calendar has: a page comes out all the same.
  @Test func numbersThatAreTooLarge() throws {
    var data = SamplePage.data
    data.load.blocks = .min
    data.load.freeBlocks = .max
    data.load.prefixHits = .max
    data.load.prefixQueries = 1
    data.load.tokensPerSecond = .nan
    data.load.requestsPerSecond = .infinity
    for index in data.experts.indices { data.experts[index].bytes = .max }
    for seconds in [-Double.infinity, -1e300, 1e300, .infinity, .nan] {
      data.release = .init(revision: .max, published: Date(timeIntervalSince1970: seconds))
      data.failures = [.init(code: "x", count: .max, last: Date(timeIntervalSince1970: seconds))]
      for page in [SamplePage.page.overview(OverviewContent(serving: data)), SamplePage.page.serving(data)] {
        let page = try PageElement.page(page)
        #expect(!page.text.contains("nan") && !page.text.contains("inf"))
      }
    }
  }

  /// The script finds the same parts in both, and those that it replaces have no heading in them.
  @Test func liveParts() throws {
    let parts = { (name: String) in
      try self.page(name).all.filter { $0["data-live"] != nil }.map { ($0["id"] ?? "", $0.all) }
    }
    let (shown, fresh) = (try parts("serving"), try parts("live"))
    #expect(shown.map(\.0) == ["live-release", "live-load", "live-models", "live-experts", "live-failures"])
    #expect(fresh.map(\.0) == shown.map(\.0))
    #expect(zip(shown, fresh).allSatisfy { $0.1.map(\.text) == $1.1.map(\.text) })
    #expect(!shown.flatMap(\.1).contains { ["h1", "h2", "h3"].contains($0.name) })
    // What is typed is never replaced.
    #expect(!fresh.flatMap(\.1).contains { ["textarea", "select"].contains($0.name) })
  }

  @Test func whatIsEmptySaysSo() throws {
    let page = try page("empty")
    for text in ["Nothing is released yet", "Nothing is served.", "None. An expert is loaded", "None since the server"]
    {
      #expect(page.text.contains(text), "\(text)")
    }
    #expect(page.all("table").isEmpty && facts(page)["Tokens a second"] == "not known yet")
  }
}
