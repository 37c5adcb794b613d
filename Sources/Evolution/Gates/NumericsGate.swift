import Assurance
import Foundation

/// G8: the candidate answers a request the same, to the bit, alone and in any company.
enum NumericsGate {
  private static let question = "Does it answer the same alone and in a batch?"
  /// Requests that are answered both ways.
  static let requests = 64

  /// - Parameter alone: The answers to each request by itself.
  /// - Parameter together: Those to all at once, in the same order.
  static func gate(alone: [ProbeRecord.Answer], together: [ProbeRecord.Answer]) -> Gate {
    let differing = zip(alone, together).count { !$0.isSame(as: $1) } + abs(alone.count - together.count)
    let numbers = ["requests": Double(alone.count), "differing": Double(differing)]
    guard !alone.isEmpty else {
      return Gate(
        "G8", question, .underpowered(n: 0, needed: requests), numbers: numbers, finding: "there is no request to try",
        help: "A version keeps up to \(requests) requests of its rows; learn it again with more rows.")
    }
    return Gate(
      "G8", question, differing == 0 ? .pass : .fail, numbers: numbers,
      finding: differing == 0
        ? "\(alone.count) requests: every answer is the same to the bit"
        : "\(differing) of \(alone.count) requests are answered otherwise in a batch than alone",
      help: "The processor or libtorch computes batches otherwise than before. Run `accrete doctor`.")
  }
}
