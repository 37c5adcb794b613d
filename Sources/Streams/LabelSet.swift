import Files
import Foundation

/// The labels of one row that may have several, or none.
///
/// As ``Example/answer`` it is one text: a JSON array of the labels, each once, in the order of their code points. So equal sets are equal
/// texts, whatever order the rows had, and digests of rows, corrected labels and stored answers work as for one label.
public struct LabelSet: Sendable, Equatable {
  /// The most labels that a task may have: each has a head, a calibration and a threshold of its own.
  public static let most = 1000

  /// Each once, by code points.
  public let labels: [String]

  /// Doubled ones count once.
  public init(_ labels: [String]) {
    self.labels = Set(labels.map(ExactText.init)).sorted().map(\.text)
  }

  /// What ``text`` wrote; `nil` for anything else.
  public init?(text: String) {
    guard let labels = try? JSONFile.decode([String].self, from: Data(text.utf8), path: "labels") else { return nil }
    self.init(labels)
  }

  /// The answer of a row.
  public var text: String {
    // Strings alone are always JSON.
    (try? JSONFile.encode(labels, pretty: false)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }

  /// The labels in one cell of a table: joined by `|`, or as JSON where a label has that, or could be taken for JSON.
  public var cell: String {
    let isPlain = labels.allSatisfy { label in
      label.hasSameCodePoints(as: label.stripped) && !label.isEmpty && label.unicodeScalars.first != "["
        && !label.unicodeScalars.contains("|")
    }
    // One label with a semicolon would be read as two.
    let isOne = labels.count == 1 && labels.contains { $0.unicodeScalars.contains(";") }
    return isPlain && !isOne ? labels.joined(separator: "|") : text
  }

  public static func == (one: LabelSet, other: LabelSet) -> Bool {
    one.labels.haveSameCodePoints(as: other.labels)
  }
}

extension LearningTask {
  /// The positions of a row's labels in ``labels``, ascending; `nil`: it has one that the task has not, or the task has no sets of labels.
  ///
  /// - Parameter answer: An ``Example/answer``.
  public func labelIndices(of answer: String) -> [Int]? {
    guard kind == .severalLabels, let set = LabelSet(text: answer) else { return nil }
    let positions = Dictionary(zip(labels.map(ExactText.init), labels.indices), uniquingKeysWith: { first, _ in first })
    let found = set.labels.compactMap { positions[ExactText($0)] }
    return found.count == set.labels.count ? found.sorted() : nil
  }
}
