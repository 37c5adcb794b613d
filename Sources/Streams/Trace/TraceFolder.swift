import Files
import Foundation

/// A task of TRACE in a folder of `train.json`, `eval.json` and `test.json`: each one array of `{"prompt", "answer"}`.
struct TraceFolder {
  /// What the rows must look like.
  let task: TraceTask
  /// Where the files are.
  let directory: URL

  /// What was read from one file.
  struct Rows {
    let rows: [LearningTask.Row]
    let location: RowLocation
    /// How many prompts end in another way than the task's cue.
    let otherCues: Int
    /// How many answers are longer than the letter that is the label.
    let explained: Int
  }

  /// The file of a split.
  func file(_ split: TraceSuite.Split) -> URL { directory.appendingPathComponent("\(split.rawValue).json") }

  /// Reads the task.
  ///
  /// - Throws: A ``StreamError`` that names the file and the row.
  func read() throws -> LearningTask {
    let train = try rows(.train)
    let test = try rows(.test)
    return try .checked(
      name: task.name, instruction: task.template.instruction, cue: task.template.cue, labels: task.labels,
      labelSource: train.location, train: train.rows, trainFile: train.location, test: test.rows,
      testFile: test.location,
      kind: task.kind)
  }

  /// Reads one file.
  ///
  /// - Throws: A ``StreamError`` that names the file and the row.
  func rows(_ split: TraceSuite.Split) throws -> Rows {
    let source = try SourceFile(file(split))
    var otherCues = 0
    var explained = 0
    let rows = try source.rowsOfArray().map { raw in
      let fields = try RowFields(raw, of: source)
      let prompt = try fields.text("prompt")
      guard let (text, hasOtherCue) = task.template.text(of: prompt), !text.stripped.isEmpty else {
        throw StreamError.field(
          raw.location.detail(
            expected: "a prompt that begins with \(quoted(task.template.instruction)), has a text, and ends with "
              + quoted(task.template.cue), got: quoted(prompt),
            fix: "Take the files of TRACE's release, or give the rows as your own task in a JSONL file."))
      }
      if hasOtherCue { otherCues += 1 }
      let answer = try fields.text("answer")
      let letter = String(String.UnicodeScalarView(answer.unicodeScalars.prefix(1)))
      if task.isAnsweredByLetter, !letter.hasSameCodePoints(as: answer) { explained += 1 }
      let example = Example(
        id: "\(task.name)/\(split.rawValue)/\(raw.index)", index: raw.index, text: text,
        answer: task.isAnsweredByLetter ? letter : answer)
      return LearningTask.Row(example: example, location: raw.location)
    }
    return Rows(rows: rows, location: source.location, otherCues: otherCues, explained: explained)
  }
}
