import Files
public import Foundation
public import Serving

/// The answer of `POST /accrete/v1/classify`. Each result is the line that `accrete predict` prints for the text, byte for byte, without the
/// text itself.
public struct ClassifyAnswer: Sendable {
  /// The canonical name of what answers, or `auto`.
  public let model: String
  /// In the order of the texts.
  public let results: [AnswerLine]
  /// Of each result, whether its probabilities are known to be as frequent as they say; what is left out is not.
  public let calibrated: [Bool]
  /// `nil`: it was not counted.
  public let usage: AnswerUsage?
  public let accrete: AccreteAnswer?

  public init(
    model: String, results: [AnswerLine], calibrated: [Bool] = [], usage: AnswerUsage? = nil,
    accrete: AccreteAnswer? = nil
  ) {
    self.model = model
    self.results = results
    self.calibrated = calibrated
    self.usage = usage
    self.accrete = accrete
  }

  /// The body.
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func json() throws -> Data {
    var text = Data("{\"model\":".utf8) + Data(JSONTree.text(model).json) + Data(",\"results\":[".utf8)
    for (index, result) in results.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += try SplicedLine.json(
        result.json(),
        [
          (
            "calibrated",
            result.probabilities.map { _ in .boolean(calibrated.indices.contains(index) && calibrated[index]) }
          )
        ])
    }
    text += Data("]".utf8)
    if let usage { text += Data(",\"usage\":".utf8) + Data(usage.tree.json) }
    if let accrete { text += Data(",\"accrete\":".utf8) + Data(accrete.tree.json) }
    text += Data("}".utf8)
    return text
  }
}

/// The answer of `POST /accrete/v1/route`: a list. Each element is the routing that `accrete route` prints for the text, byte for byte, and
/// the model that would answer.
public struct RouteAnswer: Sendable {
  /// One text.
  public struct Result: Sendable {
    public let line: RoutingLine
    /// The canonical name of what would answer; `nil`: no task claims the text.
    public let model: String?

    public init(_ route: RequestRouter.Route, model: String?) {
      line = RoutingLine(route)
      self.model = model
    }
  }

  /// In the order of the texts.
  public let results: [Result]

  public init(_ results: [Result]) { self.results = results }

  /// The body.
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func json() throws -> Data {
    var text = Data("[".utf8)
    for (index, result) in results.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += try SplicedLine.json(result.line.json(), [("model", .orNull(result.model.map { JSONTree.text($0) }))])
    }
    text += Data("]".utf8)
    return text
  }
}

/// A line of a command with members behind its own.
enum SplicedLine {
  static func json(_ line: String, _ members: [(name: String, value: JSONTree?)]) -> Data {
    let known = members.compactMap { member in member.value.map { JSONTree.Member(member.name, $0) } }
    guard !known.isEmpty, line.utf8.last == UInt8(ascii: "}") else { return Data(line.utf8) }
    let rest = JSONTree.object(known).json.dropFirst()
    // An empty object has no member to separate.
    let separator = line.hasSameCodePoints(as: "{}") ? "" : ","
    return Data(line.utf8.dropLast()) + Data(separator.utf8) + Data(rest)
  }
}
