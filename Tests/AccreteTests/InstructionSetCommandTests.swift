import Foundation
import Testing

extension CommandLineTests {
  /// Is a choice of instruction set followed where the processor has it, and refused elsewhere?
  @Suite struct InstructionSetCommandTests {
    private func run(_ choice: String, _ arguments: [String]) throws -> Outcome {
      try Accrete.run(
        ["ACCRETE_ISA=\(choice)", Accrete.binary.path] + arguments, program: URL(fileURLWithPath: "/usr/bin/env"))
    }

    @Test(arguments: ["sse9", "AVX2", "\u{1B}[31m"])
    func whatIsNotThereIsRefused(choice: String) throws {
      let outcome = try run(choice, ["methods"])
      expectRefusal(outcome, code: 64, "ACCRETE_ISA=", "this processor has plain", "unset it")
      #expect(!outcome.error.contains("\u{1B}") && outcome.output.isEmpty)
    }

    @Test(arguments: ["", "plain"])
    func whatIsThereIsTaken(choice: String) throws {
      let outcome = try run(choice, ["methods"])
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.testDescription)")
    }
  }
}
