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
    var (n, changed, worse) = (0, 0, 0)
    var names: [String] = []
    for move in moves {
      var own = 0
      for (before, after) in zip(move.before, move.after) {
        n += 1
        guard before.task != after.task else { continue }
        changed += 1
        own += 1
        if before.task == move.task { worse += 1 }
      }
      if own > 0 { names.append("\(move.task) \(own)") }
    }
    var numbers: [String: Double] = ["requests": Double(n), "changed": Double(changed), "worse": Double(worse)]
    guard n > 0 else {
      return Gate("G4", question, .pass, numbers: numbers, finding: "there is no earlier task")
    }
    guard changed > 0 else {
      numbers["upperBound"] = 3 / Double(n)
      return Gate(
        "G4", question, .pass, numbers: numbers,
        finding: "none of \(n) stored requests changes its route; with 95 % confidence at most \(share(3 / Double(n))) of all do (3/n)")
    }
    let bound = (try? Proportion(successes: worse, n: n))?.upperBound() ?? 1
    numbers["upperBound"] = bound
    let finding =
      "\(changed) of \(n) stored requests change their route (\(names.joined(separator: ", "))), \(worse) of them away from their task;"
      + " with 95 % confidence at most \(share(bound)) of all are routed worse, allowed is \(share(margin))"
    let verdict: GateVerdict =
      bound <= margin ? .pass : worse == 0 ? .underpowered(n: n, needed: Int((3 / margin).rounded(.up))) : .fail
    return Gate(
      "G4", question, verdict, numbers: numbers, finding: finding,
      help: "Its texts look like those of an earlier task. Ask for it by name: `accrete promote NAME@V --reason …` releases it all the"
        + " same; or merge the two tasks into one.")
  }

  private static func share(_ value: Double) -> String { String(format: "%.2f %%", value * 100) }
}
