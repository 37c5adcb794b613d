import Files
import Foundation
public import Streams
public import TaskModels

/// What is said of one text: the task and version that answered, the answer with its numbers, the route. `accrete predict` and
/// `accrete route` print it and a server sends it, byte for byte.
public struct AnswerLine: Encodable, Sendable {
  /// A label, and how probable it is.
  public struct LabelProbability: Encodable, Sendable {
    public let label: String
    public let p: Double
  }

  /// An id as it came: a number stays one.
  public struct RowID: Encodable, Sendable {
    private let text: String
    private let isNumber: Bool

    public init(text: String, isNumber: Bool) {
      self.text = text
      self.isNumber = isNumber
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if isNumber, let number = Int(text) { try container.encode(number) } else { try container.encode(text) }
    }
  }

  public let id: RowID?
  public let task: String?
  public let version: String?
  public private(set) var label: String?
  public private(set) var labels: [String]?
  public private(set) var text: String?
  public private(set) var confidence: Double?
  /// The most probable first.
  public private(set) var probabilities: [LabelProbability]?
  public private(set) var abstained: Bool?
  public private(set) var routing: RoutingLine?
  public private(set) var droppedTokens: Int?
  public private(set) var cut: Bool?

  /// - Parameters:
  ///   - row: What was asked.
  ///   - task: The name of the task that answered; `nil`: none did.
  ///   - version: Its version, `spam@2`.
  ///   - baseText: What the base wrote to a text that no task claims.
  ///   - route: Where the text went; `nil`: its task was given.
  public init(
    _ row: RequestRow, task: String? = nil, version: String? = nil, baseText: String? = nil,
    route: RequestRouter.Route? = nil
  ) {
    id = row.id.map { RowID(text: $0, isNumber: row.hasNumericId) }
    self.task = task
    self.version = version
    text = baseText
    routing = route.map { RoutingLine($0, decided: RoutingLine.decided($0, by: row)) }
  }

  /// Takes the answer of a task.
  ///
  /// - Parameters:
  ///   - answer: What the task says.
  ///   - names: Its labels.
  ///   - selection: Which of them are told, and when none is given.
  public mutating func take(
    _ answer: TaskAnswer, labels names: [String], _ selection: LabelSelection = LabelSelection()
  ) {
    if answer.label == nil, answer.labels == nil { text = answer.text }
    confidence = answer.confidence
    if answer.label != nil || answer.labels != nil {
      if selection.abstains(answer) {
        abstained = true
      } else {
        label = answer.label == nil ? nil : answer.text
        labels = answer.labels.map { given in given.filter { names.indices.contains($0) }.map { names[$0] } }
      }
      probabilities = selection.ranked(answer, labels: names)
    }
    if answer.droppedTokens > 0 { droppedTokens = answer.droppedTokens }
    if answer.isCut { cut = true }
  }

  /// One line of JSON with sorted keys, without what may command a terminal: it means the same spelled out.
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func json() throws -> String {
    String(decoding: try JSONFile.encode(self, pretty: false), as: UTF8.self).withoutControls
  }
}
