import Assurance
import Foundation
import Serving

/// G4: requests of earlier tasks go where they went. Here something can be forgotten although no expert changes.
enum RouteGate {
  private static let question = "Do requests of earlier tasks go where they went?"
  /// The share of requests that may be routed worse, at most.
  static let margin = 0.005

  /// Where the stored requests of one task went, and go.
  struct Moves: Sendable {
    let task: String
    let before: [RequestRouter.Route]
    let after: [RequestRouter.Route]
  }

  static func gate(_ moves: [Moves]) -> Gate {
    var (n, moved, worse) = (0, 0, 0)
    var names: [String] = []
    for move in moves {
      var lost = 0
      for (before, after) in zip(move.before, move.after) {
        n += 1
        guard before.task != after.task else { continue }
        moved += 1
        if before.task == move.task { lost += 1 }
      }
      worse += lost
      if lost > 0 { names.append("\(move.task) \(lost)") }
    }
    var numbers: [String: Double] = ["requests": Double(n), "moved": Double(moved), "worse": Double(worse)]
    guard n > 0 else {
      return Gate("G4", question, .pass, numbers: numbers, finding: "there is no earlier task")
    }
    // One that did not reach its task before, and goes elsewhere now, is not a loss.
    let others = moved > worse ? "; \(moved - worse) that did not reach their task go elsewhere now" : ""
    guard worse > 0 else {
      let bound = min(1, 3 / Double(n))
      numbers["upperBound"] = bound
      return Gate(
        "G4", question, .pass, numbers: numbers,
        finding:
          "none of \(n) stored requests is routed away from its task; by a one-sided 95 % bound at most \(share(bound)) of all"
          + " are (3/n)\(others)")
    }
    let bound = (try? Proportion(successes: worse, n: n))?.upperBound() ?? 1
    numbers["upperBound"] = bound
    return Gate(
      "G4", question, bound <= margin ? .pass : .fail, numbers: numbers,
      finding:
        "\(worse) of \(n) stored requests are routed away from their task (\(names.joined(separator: ", "))); by a one-sided 95 % bound at most"
        + " \(share(bound)) of all are, allowed is \(share(margin))\(others)",
      help:
        "Its texts look like those of an earlier task: ask for it by name. `accrete promote NAME@V --reason …` releases it all the"
        + " same; or merge the two tasks into one.")
  }

  private static func share(_ value: Double) -> String { String(format: "%.2f %%", value * 100) }
}
