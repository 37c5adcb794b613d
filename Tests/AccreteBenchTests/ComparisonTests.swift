import Files
import Foundation
import Testing

@testable import accrete_bench

@Suite struct ComparisonTests {
  private func plan(_ text: String) throws -> ComparisonPlan {
    try ComparisonPlan(JSONTree(Data(text.utf8)), path: "plan.json")
  }

  private static let servers = #""servers":[{"name":"a","url":"http://h:1","modelPattern":"t-{}"}]"#
  private static let cases = #""cases":[{"name":"c","setup":"punica","adapters":4}]"#

  @Test func readsAPlan() throws {
    let plan = try plan(
      #"""
      {"rounds":5,"compareTexts":true,
       "servers":[{"name":"a","url":"http://h:1","models":["x","y"],"pid":12,"keepAlive":true},
                  {"name":"b","url":"http://h:2","style":"llama","pids":[3,4],"endpoint":"chat","keepAlive":false}],
       "cases":[{"name":"c","setup":"vllm","requests":10,"requestRate":2.5,"adapters":2,"ignoreEos":true,"goodput":["ttft:5","tpot:1"]},
                {"name":"d","setup":"s-lora","requestRate":4,"duration":10,"adapters":1,"seed":7}]}
      """#)
    #expect(plan.rounds == 5 && plan.comparesTexts)
    #expect(plan.servers.map(\.name) == ["a", "b"])
    #expect(plan.servers[0].options.models == ["x", "y"] && plan.servers[0].options.serverPid == [12])
    #expect(plan.servers[0].options.keepAlive && !plan.servers[1].options.keepAlive)
    #expect(plan.servers[1].options.adapterStyle == .llama && plan.servers[1].options.serverPid == [3, 4])
    #expect(plan.cases[0].options.requestRate == RequestRate(2.5) && plan.cases[0].options.ignoreEos)
    #expect(plan.cases[0].options.goodput == ["ttft:5", "tpot:1"])
    #expect(plan.cases[1].options.seed == 7)
    #expect(try plan.cases[1].options.checked().count == 40)
  }

  @Test(arguments: [
    ("[]", "an object expected"), ("{}", "`servers`"), ("{\(servers)}", "`cases`"),
    ("{\(servers),\(cases),\"round\":1}", "rounds"),
    ("{\(servers),\(cases),\"rounds\":0}", "`rounds`"), ("{\(servers),\(cases),\"rounds\":1e99}", "`rounds`"),
    ("{\(servers),\(cases),\"compareTexts\":1}", "true or false"), ("{\"servers\":[],\(cases)}", "at least one"),
    ("{\"servers\":[{\"url\":\"http://h\"}],\(cases)}", "`name`"), ("{\"servers\":[7],\(cases)}", "`name`"),
    ("{\"servers\":[{\"name\":\"a\",\"ulr\":\"http://h\"}],\(cases)}", "--ulr"),
    ("{\"servers\":[{\"name\":\"a\",\"a b\":1}],\(cases)}", "a key of letters"),
    ("{\"servers\":[{\"name\":\"a\",\"url\":{\"x\":1}}],\(cases)}", "`url`"),
    ("{\"servers\":[{\"name\":\"a\",\"url\":false}],\(cases)}", "`url`"),
    ("{\"servers\":[{\"name\":\"a\",\"url\":\"nonsense\"}],\(cases)}", "--url"),
    ("{\"servers\":[{\"name\":\"a\"},{\"name\":\"a\"}],\(cases)}", "twice"),
    ("{\"servers\":[{\"name\":\"a\"}],\(cases)}", "only 0 adapters"),
    ("{\(servers),\"cases\":[{\"name\":\"c\",\"setup\":\"punica\",\"cv\":2}]}", "--cv is no option"),
    ("{\(servers),\"cases\":[{\"name\":\"c\"}]}", "--setup"),
    ("{\(servers),\"cases\":[{\"name\":\"c\",\"setup\":\"punica\",\"help\":true}]}", "`help`"),
  ])
  func refusesWhatIsNoPlan(_ text: String, _ part: String) {
    do {
      _ = try plan(text)
      Issue.record("it was read: \(text)")
    } catch {
      #expect("\(error)".contains(part), "\(text): \(error)")
      #expect("\(error)".hasPrefix("plan.json: "))
    }
  }

  @Test func everyServerComesFirstInTurn() {
    #expect((0..<4).map { ComparisonPlan.order(3, round: $0) } == [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]])
    #expect(ComparisonPlan.order(0, round: 5).isEmpty && ComparisonPlan.order(2, round: -1) == [0, 1])
  }

  @Test func keysBecomeOptions() {
    #expect(PlanWords.dashed("requestRate") == "request-rate" && PlanWords.dashed("url") == "url")
  }

  @Test func aServerThatGoesAwayIsNoticed() {
    let progress = LoadProgress("s", count: 100) { _ in }
    var refused = StreamedAnswer(sent: 0)
    refused.failure = RequestFailure(code: RequestFailure.connectionCode, message: "refused")
    for _ in 1..<LoadProgress.patience { progress.add(refused) }
    #expect(!progress.isServerAway)
    progress.add(StreamedAnswer(sent: 0))
    for _ in 1..<LoadProgress.patience { progress.add(refused) }
    #expect(!progress.isServerAway)
    progress.add(refused)
    #expect(progress.isServerAway)
    // It stays away: requests that are not sent any more find nobody.
    var unsent = StreamedAnswer(sent: 0)
    unsent.failure = RequestFailure(code: RequestFailure.notSentCode, message: "")
    progress.add(unsent)
    #expect(progress.isServerAway)
  }

  @Test func progressSaysTheEnd() {
    let lines = Lines()
    let progress = LoadProgress("s", count: 2) { lines.add($0) }
    progress.add(StreamedAnswer(sent: 0))
    progress.add(StreamedAnswer(sent: 0))
    #expect(lines.all == ["s: 2/2 requests, 0 failed, 0 tokens, 0.0 s"])
  }

  @Test func tablesAreAligned() {
    var table = TextTable(["", "one"])
    table.add(["longer", "2"])
    table.add(["x"])
    #expect(table.text == "        one\nlonger    2\nx")
    #expect(Figures.text(nil) == "-" && Figures.text(.nan) == "-" && Figures.milliseconds(0.0125) == "12.50")
  }
}

/// Lines that were said.
private final class Lines: @unchecked Sendable {
  private(set) var all: [String] = []
  func add(_ line: String) { all.append(line) }
}
