import Files
public import Foundation
import Streams

/// The body of `POST /accrete/v1/classify`.
public struct ClassifyRequest: Sendable {
  /// As the client wrote it.
  public let model: String
  /// None of them blank.
  public let input: [String]
  /// Whether `input` was one text, without a list.
  public let isSingle: Bool
  /// Of which labels the answer tells; `nil`: of all.
  public let labels: [String]?
  public let options: AccreteOptions
  /// What the answer's `accrete.ignored` lists.
  public let ignored: [String]

  /// Of `input`.
  public static let mostInputs = 256

  /// Every field that is known, and what becomes of it.
  public static let fields: [RequestField] = [
    .works("model", "auto, NAME, NAME@VERSION, NAME:ALIAS or NAME@sha256:HEX"),
    .works("input", "a text, or 1 to 256 texts"),
    .works("labels", "1 to 64 labels: of which the answer tells"),
    .works("accrete", "an object: `unknown`, `deadline_ms`, `trace`"),
    .none("user", "a text"),
  ]

  /// Reads a body.
  ///
  /// - Parameters:
  ///   - body: All of it; how large it may be is checked before.
  ///   - unknownFields: What becomes of fields that ``fields`` has not.
  /// - Throws: ``APIError`` of a status of 4xx, which names the field.
  public init(body: Data, unknownFields: UnknownFields = .refuse) throws(APIError) {
    let members = try RequestBody.members(body)
    var ignored = IgnoredFields()
    try FieldReader.check(members, by: Self.fields, unknown: unknownFields, ignored: &ignored)
    let reader = FieldReader(members)
    model = try ChatRequest.model(reader)
    (input, isSingle) = try Self.input(reader)
    labels = try reader.distinctTexts(
      "labels", count: 1...AccreteOptions.mostLabels, bytes: 1...AccreteOptions.longestText)
    options = try AccreteOptions(
      reader, names: AccreteOptions.Name.ofClassify, unknown: unknownFields, ignored: &ignored)
    _ = try reader.text("user", bytes: 0...AccreteOptions.longestText)
    self.ignored = ignored.list
  }

  /// Refuses labels that the model has not.
  ///
  /// - Parameter known: Those of the model.
  /// - Throws: ``APIError``.
  public func requireLabels(_ known: [String]) throws(APIError) {
    for (index, label) in (labels ?? []).enumerated() where !known.contains(where: { $0.hasSameCodePoints(as: label) })
    {
      throw FieldReader.invalid(
        "labels[\(index)]", expected: "one of \(known.map { SafeText.beginning($0) }.listed)", .text(label))
    }
  }

  static func input(_ reader: FieldReader) throws(APIError) -> (texts: [String], isSingle: Bool) {
    let expected = "a text, or a list of 1 to \(mostInputs) texts"
    let values: [JSONTree]
    let isSingle: Bool
    switch reader["input"] {
    case .text(let bytes)?:
      values = [.text(bytes)]
      isSingle = true
    case .list(let list)? where (1...mostInputs).contains(list.count):
      values = list
      isSingle = false
    case let other: throw reader.invalid("input", expected: expected, other, fix: "Send what is to be answered.")
    }
    var texts: [String] = []
    for (index, value) in values.enumerated() {
      guard let text = value.string, !text.stripped.isEmpty else {
        throw FieldReader.invalid(
          isSingle ? "input" : "input[\(index)]", expected: "a text with words", value,
          fix: "Send what is to be answered.")
      }
      texts.append(text)
    }
    return (texts, isSingle)
  }
}
