import ArgumentParser
import Files

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit the throughput model to measurements of the base alone, and predict those with experts.",
    discussion: """
      accrete-bench fit base-1.json base-8.json base-32.json mixed-16.json --model seedling.json

      The model's file has weightBytes, parameters, headParameters, layers, callsPerLayer, kvBytesPerToken and expertBytes; \
      docs/serving-benchmark.md says what each is.
      """)

  @Argument(
    help:
      "Files of `serve --out`: at least three of the base alone (--adapters 0), with different numbers of requests at a time."
  )
  var files: [String]

  @Option(help: "JSON file with the model's numbers.")
  var model: String

  @Option(help: "Write the fit to this file, as JSON.")
  var out: String?

  @Option(
    help:
      "End with 1 where a measurement with experts differs from what the model says by more than so many percent of it."
  )
  var limit: Double?

  func validate() throws {
    if let limit, !(limit.isFinite && limit > 0) {
      throw ValidationError("--limit: percent above 0 expected, got \(limit)")
    }
  }

  mutating func run() throws {
    try ResultFile.requirePlace(out)
    let shape = try FitInput.shape(model)
    let points = try files.map(FitInput.point)
    let fit: StepModel.Fit
    do {
      fit = try StepModel.fit(points, shape)
    } catch {
      throw BenchError.data(path: files.joined(separator: ", "), reason: error.text)
    }
    let result = FitResult(fit, points)
    if let out { try ResultFile.write(result, to: out) }
    try Console.output(FitText.text(result))
    guard let limit else { return }
    guard let greatest = result.greatestErrorPercent else {
      throw BenchError.data(
        path: files.joined(separator: ", "),
        reason: "--limit needs a prediction, and every file is of the base alone. Name one with experts, too.")
    }
    if greatest > limit { throw ExitCode(1) }
  }
}
