import Assurance
import Files
import Foundation
import Registry
import Testing

@testable import Evolution
@testable import Serving

@Suite struct GateTests {
  /// 80 of 100 right where the most frequent label has 50: far above; 55 of 100: cannot be told; 45: worse.
  @Test func firstVersions() throws {
    func gate(right: Int) throws -> Gate {
      let gold = (0..<100).map { $0 % 2 }
      let predicted = gold.enumerated().map { $0.offset < right ? $0.element : 1 - $0.element }
      return OwnTaskGate.first(try ClassReport(gold: gold, predicted: predicted, classes: 2), version: "spam@1")
    }
    #expect(try gate(right: 80).verdict == .pass)
    guard case .underpowered(n: 100, needed: let needed) = try gate(right: 55).verdict else {
      Issue.record("55 of 100 should be underpowered")
      return
    }
    // About z² p (1 − p) / d² = 2.706 · 0.2475 / 0.0025 = 268; the exact bound asks for a little more. So many are enough, 100 are not.
    #expect((268...320).contains(needed))
    #expect(try Proportion(successes: needed * 55 / 100, n: needed).lowerBound() > 0.5)
    // 71 of 77 beside 66 of 77: the rough formula says 47, which are there.
    #expect((100...200).contains(OwnTaskGate.rowsNeeded(accuracy: 71 / 77, above: 66 / 77, from: 77)))
    let worse = try gate(right: 45)
    #expect(worse.verdict == .fail && worse.help != nil)
    #expect(worse.numbers["majorityShare"] == 0.5 && worse.numbers["accuracy"] == 0.45)
  }

  /// Of 200 rows 10 change each way: no worse within 10 points, underpowered at 2.
  @Test func newVersions() throws {
    let table = try PairedTable(both: 150, onlyNew: 10, onlyOld: 10, neither: 30)
    #expect(OwnTaskGate.next(table, margin: 0.1, version: "spam@2").verdict == .pass)
    guard
      case .underpowered(n: 200, needed: let needed) = OwnTaskGate.next(table, margin: 0.02, version: "spam@2").verdict
    else {
      Issue.record("at a margin of 2 points it should be underpowered")
      return
    }
    #expect((1540...1550).contains(needed))  // 6.18 · 0.1 / 0.0004
    // Not one row differs: 80 are too few, 133 are enough (2.706 · 0.98 / 0.02).
    #expect(
      OwnTaskGate.next(try PairedTable(both: 60, onlyNew: 0, onlyOld: 0, neither: 20), margin: 0.02, version: "spam@2")
        .verdict
        == .underpowered(n: 80, needed: 133))
    #expect(
      OwnTaskGate.next(try PairedTable(both: 100, onlyNew: 0, onlyOld: 0, neither: 33), margin: 0.02, version: "spam@2")
        .verdict == .pass)
    #expect(
      OwnTaskGate.next(
        try PairedTable(both: 100, onlyNew: 0, onlyOld: 60, neither: 40), margin: 0.02, version: "spam@2"
      ).verdict == .fail)
  }

  /// What it found reads as a sentence, whichever way it differs.
  @Test func newVersionsInWords() throws {
    func finding(_ onlyNew: Int, _ onlyOld: Int, of count: Int) throws -> String {
      let table = try PairedTable(both: count - onlyNew - onlyOld, onlyNew: onlyNew, onlyOld: onlyOld, neither: 0)
      return OwnTaskGate.next(table, margin: 0.02, version: "spam@2").finding
    }
    let tie = try finding(0, 0, of: 80)
    #expect(
      tie
        == "its accuracy is that of the released version (n 80: 0 right that were wrong, 0 wrong that were right);"
        + " the difference is at least −3.3 points (one-sided 95 % bound), and −2.0 are allowed")
    let worse =
      "its accuracy is 30.0 points below that of the released version (n 200: 0 right that were wrong, 60 wrong"
    #expect(try finding(0, 60, of: 200).hasPrefix(worse))
    #expect(try finding(3, 0, of: 200).hasPrefix("its accuracy is 1.5 points above that of the released version"))
    #expect(try finding(1, 0, of: 4000).hasPrefix("its accuracy is about that of the released version"))
    let answers = OwnTaskGate.next(scores: [1, 0.5], released: [0, 0.5], margin: 0.02, version: "chat@2")
    #expect(answers.finding.hasPrefix("its mean score is 50.0 points above that of the released version (n 2); "))
    let sets = OwnTaskGate.next(rowF1: [0, 0.5], released: [1, 0.5], margin: 0.02, version: "tags@2")
    #expect(sets.finding.hasPrefix("the mean F1 of its rows is 50.0 points below that of the released version (n 2); "))
    #expect(Set([answers.question, sets.question]) == ["Is it as good as the released version?"])
  }

  private func route(_ task: String?) -> RequestRouter.Route {
    RequestRouter.Route(task: task, confidence: 1, distance: 1, nearest: task ?? "a", distances: [:])
  }

  @Test func routes() {
    #expect(RouteGate.gate([]).verdict == .pass)
    let same = (0..<64).map { _ in route("a") }
    let kept = RouteGate.gate([.init(task: "a", before: same, after: same)])
    #expect(kept.verdict == .pass && kept.numbers["upperBound"] == 3 / 64)
    // Of two requests no share can be told: all may be.
    let few = RouteGate.gate([.init(task: "a", before: Array(same.prefix(2)), after: Array(same.prefix(2)))])
    #expect(few.numbers["upperBound"] == 1 && few.finding.contains("at most 100.00 %"))
    var moved = same
    moved[0] = route("b")
    let lost = RouteGate.gate([.init(task: "a", before: same, after: moved)])
    #expect(lost.verdict == .fail && lost.numbers["worse"] == 1)
    // A request that was nobody's and is now the new task's is not a loss.
    var nobody = same
    nobody[0] = route(nil)
    let found = RouteGate.gate([.init(task: "a", before: nobody, after: moved)])
    #expect(found.verdict == .pass && found.numbers["moved"] == 1 && found.numbers["worse"] == 0)
    // Two of a thousand: the bound is above 0.5 points; of three thousand it is not.
    func gate(_ n: Int) -> Gate {
      let many = (0..<n).map { _ in route("a") }
      var lost = many
      (lost[0], lost[1]) = (route("b"), route(nil))
      return RouteGate.gate([.init(task: "a", before: many, after: lost)])
    }
    #expect(gate(1000).verdict == .fail && gate(3000).verdict == .pass)
  }

  /// Every answer is as it was, and the expert's file is another one: that alone fails, and is said.
  @Test func anExpertWithAnotherDigest() throws {
    let digests = ["a", "b"].map { Digest(of: Data($0.utf8)) }
    let record = """
      {"name":"spam","number":1,"digest":"\(digests[0])","state":"registered","created":0,"actor":"test","bytes":0,\
      "method":"accrete","kind":"label"}
      """
    let version = try JSONDecoder().decode(VersionRecord.self, from: Data(record.utf8))
    func gate(_ after: Digest) -> Gate {
      EarlierTasksGate.gate([
        .init(
          task: "spam", version: version, tensors: (before: digests[0], after: after), requests: 3, changed: 0,
          drifted: 0, seconds: 0)
      ])
    }
    #expect(gate(digests[0]).verdict == .pass)
    let failed = gate(digests[1])
    #expect(failed.verdict == .fail)
    #expect(failed.finding.hasSuffix("(0 changed, 0 away from what is stored, and its expert has another digest)"))
    // What another arithmetic wrote is said, and no fault.
    let reworded = EarlierTasksGate.gate([
      .init(
        task: "spam", version: version, tensors: nil, requests: 3, changed: 0, drifted: 0, reworded: 2, seconds: 0)
    ])
    #expect(
      reworded.verdict == .pass && reworded.numbers["reworded"] == 2 && reworded.finding.contains("2 free answers"))
  }

  /// Answers of another arithmetic: probabilities nearly the same, free texts any.
  @Test func answersOfAnotherArithmetic() throws {
    func answer(_ text: String, _ probabilities: [Double]) throws -> ProbeRecord.Answer {
      try JSONDecoder().decode(
        ProbeRecord.Answer.self,
        from: JSONSerialization.data(withJSONObject: ["text": text, "probabilities": probabilities]))
    }
    let (one, tie) = (try answer("ok", [0.5004, 0.4996]), try answer("spam", [0.4998, 0.5002]))
    #expect(one.isNear(tie, tolerance: 1e-3) && !one.isSame(as: tie) && !one.isReworded(from: tie))
    #expect(try !one.isNear(answer("ok", [0.52, 0.48]), tolerance: 1e-3))
    #expect(try !one.isNear(answer("ok", [0.5004]), tolerance: 1e-3))
    let (free, other) = (try answer("Paris.", []), try answer("It is Paris.", []))
    #expect(free.isNear(other, tolerance: 0) && free.isReworded(from: other) && !free.isReworded(from: free))
  }

  /// Several labels: the lower bound of the micro-F1 against the best set that is given to every row.
  @Test func firstVersionsOfSeveralLabels() throws {
    // Each label in half of 100 rows, of which `right` are answered rightly and the others with no label.
    func gate(right: Int) throws -> Gate {
      let gold = (0..<100).map { [[], [0], [1], [0, 1]][$0 % 4] }
      let report = try LabelSetReport(
        gold: gold, predicted: gold.enumerated().map { $0.offset < right ? $0.element : [] }, labels: 2)
      return OwnTaskGate.first(report, report.intervals(seed: 0), labels: ["a", "b"], version: "tags@1")
    }
    let good = try gate(right: 90)
    #expect(good.verdict == .pass && abs((good.numbers["constantMicroF1"] ?? 0) - 2.0 / 3) < 1e-12)
    // 2 · 52 / (52 + 100) = 0.684 is above 0.667, and cannot be told from it.
    guard case .underpowered(n: 100, needed: let needed) = try gate(right: 52).verdict else {
      Issue.record("52 of 100 should be underpowered")
      return
    }
    #expect(needed > 100)
    #expect(try gate(right: 20).verdict == .fail)
    // All right: few rows prove little. 100 / 102.706
    #expect(abs((try gate(right: 100).numbers["lowerBound"] ?? 0) - 0.97365) < 1e-5)
    let few = try LabelSetReport(gold: [[0], [1], [0], []], predicted: [[0], [1], [0], []], labels: 2)
    let gate = OwnTaskGate.first(few, few.intervals(seed: 0), labels: ["a", "b"], version: "tags@1")
    #expect(abs((gate.numbers["lowerBound"] ?? 0) - 4 / 6.70554) < 1e-5)
  }

  /// The mean difference of the rows' F1; rows that never differ are no better than a table in which nothing differs.
  @Test func newVersionsOfSeveralLabels() {
    func verdict(_ new: [Double], _ old: [Double], margin: Double = 0.02) -> GateVerdict {
      OwnTaskGate.next(rowF1: new, released: old, margin: margin, version: "tags@2").verdict
    }
    let same = [Double](repeating: 0.5, count: 80)
    #expect(verdict(same, same) == .underpowered(n: 80, needed: 133))
    #expect(verdict(same + same, same + same) == .pass)
    // Better in every second row: superior, however few rows.
    let half = (0..<40).map { Double($0 % 2) }
    #expect(verdict(half, [Double](repeating: 0, count: 40)) == .pass)
    #expect(verdict([Double](repeating: 0, count: 200), (0..<200).map { Double($0 % 2) }) == .fail)
    // All rows better by the same: no spread to judge by, and 40 are too few for a tie.
    #expect(verdict([Double](repeating: 1, count: 40), [Double](repeating: 0.5, count: 40)) != .fail)
    guard
      case .underpowered = verdict(
        (0..<200).map { Double($0 % 3 == 0 ? 1 : 0) }, (0..<200).map { Double($0 % 3 == 1 ? 1 : 0) })
    else {
      Issue.record("as many better as worse should be underpowered at 2 points")
      return
    }
  }
}
