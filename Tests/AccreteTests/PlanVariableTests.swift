import Foundation
import Testing

@testable import accrete

extension CommandLineTests {
  /// Is a value of ACCRETE_PLAN that means nothing told, once, where somebody reads it?
  @Suite struct PlanVariableTests {
    private func run(_ value: String, _ arguments: [String]) throws -> Outcome {
      try Accrete.run(
        ["ACCRETE_PLAN=\(value)", Accrete.binary.path] + arguments, program: URL(fileURLWithPath: "/usr/bin/env"))
    }

    @Test(arguments: ["GPU", "cuda", "\u{1B}[31m"]) func unknownValues(value: String) throws {
      let outcome = try run(value, ["methods"])
      #expect(outcome.code == 0 && !outcome.output.isEmpty, "\(outcome.testDescription)")
      #expect(outcome.errorLines.count == 1 && outcome.error.hasPrefix("warning: ACCRETE_PLAN="), "\(outcome.error)")
      #expect(outcome.error.contains("is ignored: allowed is gpu") && !outcome.error.contains("\u{1B}"))
    }

    @Test(arguments: ["", "gpu"]) func knownValues(value: String) throws {
      let outcome = try run(value, ["methods"])
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.testDescription)")
    }

    @Test func whoIsTold() {
      #expect(PlanVariable.isTold(["learn", "x"]) && PlanVariable.isTold([]))
      #expect(!PlanVariable.isTold(["predict", "x", "--quiet"]) && !PlanVariable.isTold(["---completion", "learn"]))
      #expect(PlanVariable.isForPrograms(["learn", "--log-format", "json"]))
      #expect(PlanVariable.isForPrograms(["learn", "--log-format=json"]))
      #expect(!PlanVariable.isForPrograms(["learn", "--log-format", "plain", "json"]))
    }
  }
}
