import Assurance
import Files
import Foundation
import Streams

/// What a reader must know of a finished run before its numbers: tasks of which nothing was learned, or nothing is left, and a base
/// that is only for trying.
enum RunWarnings {
  /// A sentence for each, with what usually helps.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - folder: With its predictions, of all rows of the matrix.
  /// - Throws: `FileError` where predictions cannot be read.
  package static func texts(_ manifest: Manifest, of folder: RunFolder) throws -> [String] {
    var texts: [String] = []
    for (column, task) in manifest.tasks.enumerated() {
      let labels = manifest.scoring(of: task).labels ?? []
      func found(after row: Int) throws -> String? {
        let answers = try folder.answers(manifest, row: row, task: task)
        return try nothingLearned(answers)?.words(row: "scored row") {
          labels.indices.contains($0) ? labels[$0] : "label \($0)"
        }
      }
      if let words = try found(after: column + 1) {
        texts.append("task \(task), when it was learned: \(words) \(helps(manifest, task))")
      } else if column + 1 < manifest.tasks.count, let words = try found(after: manifest.tasks.count) {
        texts.append(
          "task \(task), after the last task: \(words) It had been learned and is forgotten. A method that keeps what a task learned"
            + " helps, such as accrete or per-task.")
      }
    }
    if isToy(manifest.configuration) { texts.append(NothingLearned.toyBase(fix: "`--base FOLDER`")) }
    return texts.map(\.onOneLine)
  }

  /// - Throws: `AssuranceError` for more labels or rows than it counts.
  private static func nothingLearned(_ answers: TaskAnswers) throws -> NothingLearned? {
    switch answers {
    case .labels(let predictions):
      guard let classes = predictions.first?.scores.count, classes <= ClassReport.mostClasses else { return nil }
      return try NothingLearned(
        ClassReport(gold: predictions.map(\.gold), predicted: predictions.map(\.predicted), classes: classes))
    case .written(let written):
      return NothingLearned(answers: written.map(\.answer))
    }
  }

  private static func helps(_ manifest: Manifest, _ task: String) -> String {
    guard manifest.configuration.outputHead.hasExpert else {
      return "Usually more rows of each label help, or an output head with an expert (--output-head both)."
    }
    return manifest.scoring(of: task).answers == .written
      ? "Usually more rows help, more --epochs, another --learning-rate, or a larger base."
      : "Usually more rows of each label help, more --epochs, another --learning-rate, or a larger base."
  }

  /// Whether a base that comes with the program is taught a user's own data.
  private static func isToy(_ configuration: RunConfiguration) -> Bool {
    configuration.source.suite == "files" && EmbeddedFiles.holds(configuration.base)
      && !configuration.source.files.allSatisfy(EmbeddedFiles.holds)
  }
}

/// Where what comes with the program lies, told by its path: wherever the program was, the folder has this name.
public enum EmbeddedFiles {
  /// The folder of all embedded files.
  public static let folder = "accrete_accrete.resources"

  /// Whether a path leads into it.
  public static func holds(_ path: String) -> Bool {
    path.split(separator: "/").contains { $0 == folder }
  }
}
