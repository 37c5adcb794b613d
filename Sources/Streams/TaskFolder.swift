import Files
import Foundation

/// A task in a folder of `train.json`, `test.json` and `labels.json`: rows are `{"label", "sentence"}` in one array,
/// `labels.json` lists the labels in their order. It is the form of O-LoRA's benchmark files.
struct TaskFolder {
  /// The task's name.
  let name: String
  /// Where the three files are.
  let directory: URL
  /// The line before the text.
  let instruction: String
  /// The line after the text.
  let cue: String

  private func file(_ name: String) -> URL { directory.appendingPathComponent(name) }

  /// The files that are read, in the order train, test, labels.
  var files: [URL] { ["train.json", "test.json", "labels.json"].map(file) }

  /// Reads the task.
  ///
  /// - Throws: A ``StreamError`` that names the file and the row.
  func read() throws -> LearningTask {
    let labels = try readLabels()
    let train = try readRows(split: "train")
    let test = try readRows(split: "test")
    return try .checked(
      name: name, instruction: instruction, cue: cue, labels: labels, labelSource: location("labels.json"),
      train: train, trainFile: location("train.json"), test: test, testFile: location("test.json"),
      kind: .classification)
  }

  private func location(_ name: String) -> RowLocation { RowLocation(file: file(name).relativePath) }

  private func readRows(split: String) throws -> [LearningTask.Row] {
    let source = try SourceFile(file("\(split).json"))
    return try source.rowsOfArray().map { raw in
      let fields = try RowFields(raw, of: source)
      let example = Example(
        id: "\(name)/\(split)/\(raw.index)", index: raw.index, text: try fields.text("sentence").stripped,
        answer: try fields.text("label"))
      return LearningTask.Row(example: example, location: raw.location)
    }
  }

  private func readLabels() throws -> [String] {
    let source = try SourceFile(file("labels.json"))
    return try source.rowsOfArray().map { raw in
      let label = (try? JSONTree(Data(source.bytes[raw.range])))?.string
      guard let label, !label.stripped.isEmpty else {
        throw StreamError.json(
          raw.location.detail(
            expected: "a label in quotation marks", got: "something else or a blank one",
            fix: "Write the labels as [\"one\", \"two\"]."))
      }
      return label
    }
  }
}
