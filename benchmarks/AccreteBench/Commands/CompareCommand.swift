import ArgumentParser
import Files
import Foundation

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Measure several servers in turns, and compare them round by round.",
    discussion: """
      The plan is a JSON file with `servers` and `cases`; keys are the options of `serve` in camel case, and each has a `name`. \
      All servers are compared with the first. docs/serving-benchmark.md has an example.
      """)

  @Argument(help: "The plan.")
  var plan: String

  @Option(help: "How many rounds, instead of the plan's.")
  var rounds: Int?

  @Option(help: "Write every request's figures to this file, as JSON, after each round.")
  var out: String?

  @Flag(help: "Keep the answers' texts in the file. Without: their digests.")
  var keepTexts = false

  @Flag(help: "End with 0 although requests failed.")
  var allowErrors = false

  func validate() throws {
    if let rounds, !(1...ComparisonPlan.roundLimit).contains(rounds) {
      throw ValidationError("--rounds: 1 to \(ComparisonPlan.roundLimit) expected, got \(rounds)")
    }
    if keepTexts, out == nil { throw ValidationError("--keep-texts: --out FILE expected, where they are kept") }
  }

  mutating func run() async throws {
    try ResultFile.requirePlace(out)
    var plan = try ComparisonPlan(URL(fileURLWithPath: self.plan))
    plan.rounds = rounds ?? plan.rounds
    let result = try await ComparisonRun(plan: plan, out: out, keepsTexts: keepTexts).run(say: Console.error)
    try Console.output(ComparisonText.text(result, plan: plan))
    let isWhole = result.cells.allSatisfy { $0.measurement.summary.answered == $0.measurement.summary.requests }
    if !isWhole, !allowErrors { throw ExitCode(1) }
  }
}
