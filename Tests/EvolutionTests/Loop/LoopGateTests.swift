import Files
import Foundation
import Review
import Testing

@testable import Assurance
@testable import Evolution

/// Gates of the loop beside those of `learn`.
@Suite struct LoopGateTests {
  private let digests = (0..<5).map { Digest(of: Data("\($0)".utf8)) }

  @Test func certificates() {
    func bindings(_ expert: Int, router: Int? = 2) -> CertificateBindings {
      CertificateBindings(
        expert: digests[expert], base: digests[0], router: router.map { digests[$0] }, template: nil)
    }
    func side(
      _ certified: CertificateBindings?, before: CertificateBindings? = nil, isRenewed: Bool = true,
      isForProduction: Bool = true
    ) -> CertificateGate.Side {
      .init(
        name: "spam/ok", before: before, after: bindings(1), certified: certified, isRenewed: isRenewed,
        isForProduction: isForProduction)
    }
    #expect(CertificateGate.gate([]).verdict == .pass)
    #expect(CertificateGate.gate([side(bindings(1)), side(nil)]).verdict == .pass)
    #expect(CertificateGate.gate([side(nil)]).finding.contains("people decide spam/ok"))
    // Nothing of the side is another one: its old certificate holds on.
    #expect(CertificateGate.gate([side(bindings(1), before: bindings(1), isRenewed: false)]).verdict == .pass)
    #expect(CertificateGate.gate([side(bindings(1), before: bindings(3), isRenewed: false)]).verdict == .fail)
    // A new router touches all sides.
    #expect(
      CertificateGate.gate([side(bindings(1), before: bindings(1, router: 4), isRenewed: false)]).verdict == .fail)
    let other = CertificateGate.gate([side(bindings(1)), side(bindings(3, router: nil))])
    #expect(other.verdict == .fail && other.numbers["ofOtherDigests"] == 1)
    #expect(other.finding.contains("expert, router"), "\(other.finding)")
    #expect(CertificateGate.gate([side(bindings(1), isForProduction: false)]).verdict == .fail)
  }

  @Test func costs() {
    func verdict(_ bytes: Int, _ seconds: Double, _ times: [Double]) -> GateVerdict {
      CostGate.gate(.init(bytes: bytes, loadSeconds: seconds, milliseconds: times), budget: CostBudget()).verdict
    }
    let times = (1...100).map { Double($0) }
    #expect(verdict(64 << 20, 5, times) == .pass)
    #expect(verdict((64 << 20) + 1, 5, times) == .fail && verdict(1, 5.1, times) == .fail)
    #expect(verdict(1, .nan, times) == .fail && verdict(1, 1, []) == .fail)
    // The slowest five may take any time, the sixth may not.
    let slow = times.map { $0 > 95 ? 9000 : $0 }
    #expect(verdict(1, 1, slow) == .pass && verdict(1, 1, times.map { $0 > 94 ? 9000 : $0 }) == .fail)
    let gate = CostGate.gate(.init(bytes: 1, loadSeconds: 1, milliseconds: slow), budget: CostBudget())
    #expect(gate.numbers["p95Milliseconds"] == 95)
  }

  @Test func poison() {
    func verdict(_ rows: Int, _ right: Int, _ before: Int?, _ flipped: Int) -> GateVerdict {
      PoisonGate.gate(.init(rows: rows, right: right, rightBefore: before, planted: rows, flipped: flipped)).verdict
    }
    #expect(verdict(200, 190, 191, 4) == .pass && verdict(200, 190, nil, 0) == .pass)
    #expect(verdict(200, 189, 191, 0) == .fail && verdict(200, 200, 191, 5) == .fail)
    #expect(verdict(199, 199, nil, 0) == .underpowered(n: 199, needed: 200))
    // What is wrong is wrong on few rows, too.
    #expect(verdict(50, 40, 45, 0) == .fail && verdict(0, 0, nil, 0) == .underpowered(n: 0, needed: 200))
  }

  @Test func numerics() throws {
    func answer(_ p: Double) throws -> ProbeRecord.Answer {
      try JSONDecoder().decode(
        ProbeRecord.Answer.self, from: Data("{\"text\":\"ok\",\"probabilities\":[\(p)]}".utf8))
    }
    let (one, other) = (try answer(0.5), try answer(0.5.nextUp))
    #expect(NumericsGate.gate(alone: [one, one], together: [one, one]).verdict == .pass)
    let gate = NumericsGate.gate(alone: [one, one], together: [one, other])
    #expect(gate.verdict == .fail && gate.numbers["differing"] == 1)
    #expect(NumericsGate.gate(alone: [one], together: []).verdict == .fail)
    #expect(NumericsGate.gate(alone: [], together: []).verdict == .underpowered(n: 0, needed: 64))
  }

  /// The first look passes what the tenth at the same rows cannot show any more.
  @Test func taskAtLooks() throws {
    let equal = try PairedTable(both: 2400, onlyNew: 50, onlyOld: 50, neither: 500)
    #expect(try LookedTaskGate.noWorse(equal, margin: 0.01, look: 1).verdict == .pass)
    guard
      case .underpowered(n: 3000, needed: let needed) = try LookedTaskGate.noWorse(equal, margin: 0.01, look: 10)
        .verdict
    else {
      Issue.record("a tenth look should need more rows")
      return
    }
    #expect(needed > 3000)
    // The need that is named is enough, with the same shares.
    let share = Double(needed) / 3000
    func scaled(_ count: Int) -> Int { Int((Double(count) * share).rounded(.up)) }
    let larger = try PairedTable(both: scaled(2400), onlyNew: scaled(50), onlyOld: scaled(50), neither: scaled(500))
    #expect(try LookedTaskGate.noWorse(larger, margin: 0.01, look: 10).verdict == .pass)
    let tie = try PairedTable(both: 100, onlyNew: 0, onlyOld: 0, neither: 0)
    guard case .underpowered(n: 100, needed: let rows) = try LookedTaskGate.noWorse(tie, margin: 0.01, look: 1).verdict
    else {
      Issue.record("100 rows that never differ show no 1 point")
      return
    }
    let enough = try PairedTable(both: rows, onlyNew: 0, onlyOld: 0, neither: 0)
    #expect(try LookedTaskGate.noWorse(enough, margin: 0.01, look: 1).verdict == .pass)
    let worse = try PairedTable(both: 400, onlyNew: 0, onlyOld: 60, neither: 40)
    #expect(try LookedTaskGate.noWorse(worse, margin: 0.01, look: 1).verdict == .fail)
  }

  @Test func betterOnWhatIsNew() throws {
    func verdict(_ onlyNew: Int, _ onlyOld: Int, _ n: Int) throws -> GateVerdict {
      try LookedTaskGate.better(
        PairedTable(both: n - onlyNew - onlyOld, onlyNew: onlyNew, onlyOld: onlyOld, neither: 0), look: 1
      ).verdict
    }
    #expect(try verdict(30, 2, 200) == .pass && verdict(2, 30, 200) == .fail && verdict(5, 5, 200) == .fail)
    guard case .underpowered(n: 200, needed: let needed) = try verdict(4, 3, 200) else {
      Issue.record("one row more is not shown to be better")
      return
    }
    #expect(needed > 200)
    #expect(try verdict(0, 0, 0) == .underpowered(n: 0, needed: 1))
  }

  /// F6: an injected expert that is right in 20 points less is refused at the gate, each of 100 times.
  @Test func badExpertsAreRefused() throws {
    for seed in 0..<100 {
      let (old, new) = InjectedExpert.answers(rows: 1500, seed: UInt64(seed), loss: 0.2)
      let gate = try LookedTaskGate.noWorse(PairedTable(old: old, new: new), margin: 0.01, look: 1)
      #expect(gate.verdict == .fail, "seed \(seed): \(gate.finding)")
    }
  }
}

/// Answers of an expert that was made worse, for tests.
enum InjectedExpert {
  /// What is served is right in 90 of 100 rows; the other one in so many less, independently.
  static func answers(rows: Int, seed: UInt64, loss: Double) -> (old: [Bool], new: [Bool]) {
    var random = SplitMix(seed: seed)
    func share() -> Double { Double(random.below(1_000_000)) / 1e6 }
    var (old, new): ([Bool], [Bool]) = ([], [])
    for _ in 0..<rows {
      old.append(share() < 0.9)
      new.append(share() < 0.9 - loss)
    }
    return (old, new)
  }
}
