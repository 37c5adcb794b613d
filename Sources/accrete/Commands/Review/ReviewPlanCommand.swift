import ArgumentParser
import Assurance
import Files
import Foundation
import Review

struct ReviewPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Say how many labels, days and hours it takes until a side can be certified, before anything is labelled.",
    discussion: """
      A side is a label whose items are to be decided without a person. What is certified later rests on rows, not on this plan.

      accrete review plan --precision 0.98 --prevalence 0.12 --volume 1000
      """)

  @Option(help: "The share of the side's decisions that is to be right.")
  var precision: Double

  @Option(help: "How sure that has to be.")
  var confidence = 0.95

  @Option(help: "The share of items that have the side's label.")
  var prevalence: Double

  @Option(help: "Items a day.")
  var volume: Double

  @Option(help: "The share of the label's items that the model is sure enough of.")
  var coverage = 0.7

  @Option(help: "The share of items that the coin takes.")
  var share = 0.5

  @Option(help: "The share of coin rows that two people label.")
  var double = 0.1

  @Option(help: "Seconds that a person takes for an item.")
  var seconds = 15.0

  @Flag(help: "Print the plan as JSON.")
  var json = false

  func validate() throws {
    for (name, value) in [("precision", precision), ("confidence", confidence)] {
      guard value > 0, value < 1 else {
        throw ValidationError("--\(name): got \(value), expected a share between 0 and 1, such as 0.98.")
      }
    }
    for (name, value) in [("prevalence", prevalence), ("coverage", coverage), ("share", share)] {
      guard value > 0, value <= 1 else {
        throw ValidationError("--\(name): got \(value), expected a share above 0, at most 1, such as 0.12.")
      }
    }
    guard (0...1).contains(double) else { throw ValidationError("--double: got \(double), expected a share, 0 to 1.") }
    guard volume > 0, volume <= 1e12 else {
      throw ValidationError("--volume: got \(volume), expected items a day, above 0.")
    }
    guard seconds > 0, seconds <= 86_400 else {
      throw ValidationError("--seconds: got \(seconds), expected seconds, above 0 and at most a day.")
    }
  }

  func run() throws {
    try Failure.reported {
      let stream = try LabelPlan.Stream(
        itemsPerDay: volume, prevalence: prevalence, coverage: coverage, coinShare: share, doubleShare: double,
        secondsPerItem: seconds)
      let plan = LabelPlan(try SideTarget(precision: precision, confidence: confidence), stream)
      try Console.output(json ? try RegistryText.json(plan) : Self.text(of: plan))
    }
  }

  private static func text(of plan: LabelPlan) -> String {
    guard !plan.cases.isEmpty else {
      return "No number of rows that could be collected certifies this: ask for less precision or confidence."
    }
    let head = [
      "if wrong", "rows above the threshold", "of these wrong", "coin rows to label", "items", "days",
      "hours for coin rows",
      "hours for all items",
    ]
    let rows = plan.cases.map { row in
      [
        percent(row.trueError), "\(row.rows)", "at most \(row.wrongAllowed)", "\(row.coinRows)", "\(row.items)",
        tenths(row.days), tenths(row.coinHours), tenths(row.allHours),
      ]
    }
    return """
      \(RegistryText.table([head] + rows))

      "if wrong": how often the model is wrong above the threshold; \(percent(plan.errorLimit)) is allowed. With so many rows it is certified in 9 of 10 cases.
      Half of the coin rows calibrate, the other half watches. Until a side is certified every item goes to people, which the last column counts.
      """
  }

  private static func percent(_ share: Double) -> String {
    let text = fixed(share * 100, 3)
    let short = text.contains(".") ? String(text.reversed().drop { $0 == "0" }.reversed()) : text
    return (short.hasSuffix(".") ? String(short.dropLast()) : short) + " %"
  }

  private static func tenths(_ value: Double) -> String { fixed(value, 1) }
}
