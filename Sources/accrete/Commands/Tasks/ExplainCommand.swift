import ArgumentParser
import Files
import Foundation
import Registry
import Serving
import Streams
import TaskModels

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say why a text goes to its task and gets its answer.",
    discussion: """
      The distance from each task, in units of what is usual for its texts, and whether it claims the text; what expert and closed-form head say alone and with \
      what weights they count; and the tokens that weigh most in the head.
      """)

  @Argument(help: ArgumentHelp("The text.", valueName: "text"))
  var given: String?

  @Option(help: "The text, as `predict` takes it.")
  var text: String?

  @Option(
    help: "The task: NAME, NAME@VERSION or NAME:ALIAS. Default: the one that it is routed to.", completion: .versions)
  var task: String?

  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  private static let mostTokens = 8

  private struct Part: Encodable {
    let label: String
    let p: Double
    let expert: Double?
    let ridge: Double?
    let bias: Double?
    /// From which p on the label is given, where there may be several.
    let threshold: Double?
  }

  private struct Result: Encodable {
    let route: RequestRouter.Route?
    /// The distance above which no task claims a text.
    let unknownAbove: Double?
    let version: String?
    let answer: String?
    let labels: [Part]?
    let expertWeight: Double?
    let ridgeWeight: Double?
    let tokens: [Explanation.Token]?
  }

  func validate() throws {
    guard (given == nil) != (text == nil) else { throw ValidationError("Give the text, once.") }
  }

  func run() throws {
    let text = given ?? text ?? ""
    try Failure.reported(memory: LessMemory.advice(weights: base.smallerForms(in: registry, answering: task))) {
      let opened = try registry.open(.reading)
      let loaded = try base.load(for: opened, answering: task)
      let router = try opened.currentRelease().flatMap { try opened.router(of: $0.manifest) }
      if router == nil, task == nil { throw ServingError.nothingReleased(path: opened.url.path) }
      let row = try RequestRow(text: text)
      if FileManager.default.fileExists(atPath: absolute(text)) {
        Console.error(
          "\(text.printable) is a file: its name is explained as a text; `accrete predict FILE` answers its lines")
      }
      let route = try router?.routes([row.text], on: loaded).first
      let name = task ?? route?.task
      let served = try name.map { try opened.load($0, on: loaded) }
      let why = try served.map { try Explanation(text, by: $0, on: loaded) }
      guard !json else {
        let result = Result(
          route: route, unknownAbove: route == nil ? nil : router?.unknownDistance,
          version: served.map { "\($0.version.reference)" }, answer: why?.answer.text,
          labels: why.map(Self.parts), expertWeight: why?.combination?.expert, ridgeWeight: why?.combination?.ridge,
          tokens: why?.tokens)
        return try Console.output(String(decoding: try JSONFile.encode(result), as: UTF8.self))
      }
      if let route, let router {
        for line in Self.lines(route, unknownAbove: router.unknownDistance) { try Console.output(line) }
      }
      guard let served, let why else {
        return try Console.output("--task NAME answers all the same")
      }
      try Console.output("\(served.version.reference) answers \(Self.answer(why))")
      for line in Self.lines(why) { try Console.output(line) }
    }
  }

  private static func parts(_ why: Explanation) -> [Part] {
    why.labels.indices.map { label in
      Part(
        label: why.labels[label], p: why.answer.probabilities[label], expert: why.expert?[label],
        ridge: why.ridge?[label], bias: why.combination?.bias[label] ?? why.labelSets?.bias[label],
        threshold: why.labelSets?.thresholds[label])
    }
  }

  /// Why a text goes where it goes.
  static func lines(_ route: RequestRouter.Route, unknownAbove limit: Double) -> [String] {
    let order = route.distances.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(10)
    let claim =
      route.task.map { "goes to \($0), p \(fixed(route.confidence, 3)) among the known tasks, at distance" }
      ?? "no task claims it; it falls to \(route.nearest), which is too far, at distance"
    var lines = [
      "route: \(claim) \(fixed(route.distance, 2)) (1 is usual for a text of this length, above \(limit) is unknown)"
    ]
    // Who compares the distances below would expect another task.
    if let least = order.first, least.value < route.distance {
      lines.append(
        "  \(least.key) has the smallest distance, \(fixed(least.value, 2)), which alone does not decide: each is measured by what was known when"
          + " its task was learned")
    }
    lines.append(
      "  each task claims it or not by what was known when it was learned, a later one only if it is nearer by a handicap than those before it;"
        + " of those that claim it, the one learned last has it:")
    return lines
      + order.map { task, distance in
        let lead = route.leads[task] ?? 1
        let claims =
          distance > limit
          ? "too far" : lead > 0 ? "claims it" : "not near enough beside the tasks before it (by \(fixed(-lead, 2)))"
        return "  \(task)  distance \(fixed(distance, 2)): \(claims)"
      }
  }

  private static func lines(_ why: Explanation) -> [String] {
    if let sets = why.labelSets { return lines(why, sets) }
    guard let combination = why.combination else {
      return ["  the model wrote it, token by token: there are no labels to compare"]
    }
    var lines: [String] = []
    let order = why.labels.indices.sorted { why.answer.probabilities[$0] > why.answer.probabilities[$1] }
    for label in order.prefix(10) {
      var parts: [String] = []
      if let expert = why.expert { parts.append("expert \(fixed(expert[label], 3))") }
      if let ridge = why.ridge { parts.append("head \(fixed(ridge[label], 3))") }
      parts.append("bias \(fixed(combination.bias[label], 2))")
      lines.append(
        "  \(why.labels[label].printable)  p \(fixed(why.answer.probabilities[label], 3))  (\(parts.joined(separator: ", ")))"
      )
    }
    let terms = [
      why.expert.map { _ in "\(fixed(combination.expert, 2)) · log p of the expert" },
      why.ridge.map { _ in "\(fixed(combination.ridge, 2)) · log p of the closed-form head" }, "bias",
    ].compactMap(\.self)
    lines.append("  p ∝ exp(\(terms.joined(separator: " + "))), fitted on choose rows")
    if why.tokens.isEmpty {
      lines.append("  no tokens are weighed: this version has no closed-form head, which alone is a sum over tokens")
    }
    if let best = why.answer.label, !why.tokens.isEmpty {
      let ranked = why.tokens.sorted { abs($0.weights[best]) > abs($1.weights[best]) }.prefix(mostTokens)
      let texts = ranked.map {
        "\($0.text.debugDescription) \($0.weights[best] >= 0 ? "+" : "")\(fixed($0.weights[best], 3))"
      }
      lines.append(
        "  pieces of the text that weigh most in the head's logit of \(why.labels[best].debugDescription), for it (+) or against it (−), beside the mean over labels:"
          + " \(texts.joined(separator: ", "))"
      )
    }
    return lines
  }
}
