/// One of the eight tasks of TRACE: what its prompts look like and how it is scored.
public struct TraceTask: Sendable {
  /// How many rows a file has.
  public struct RowCounts: Sendable, Codable, Equatable {
    /// Rows to train on.
    public let train: Int
    /// Rows to choose hyper-parameters on.
    public let eval: Int
    /// Rows to score.
    public let test: Int
  }

  /// The task's name, which is its folder's.
  public let name: String

  /// Whether a label is chosen or text is written.
  public let kind: LearningTask.Kind

  /// How its test rows are scored.
  public let scoring: TaskScoring

  /// The rows that the released benchmark has (`LLM-CL-Benchmark_5000`).
  public let released: RowCounts

  /// The letters of a classification; empty for a generation.
  let labels: [String]

  /// What stands before and after the text of a prompt.
  let template: TraceTemplate

  /// Whether the answer is the first character alone, an explanation after it being no part of the label.
  let isAnsweredByLetter: Bool
}

/// What stands before and after the text of a task's prompts.
struct TraceTemplate: Sendable {
  /// The line or lines before the text, without the last line feed; empty: there is none.
  var instruction = ""

  /// The line after the text; empty: there is none.
  var cue = ""

  /// Other endings that rows of a release have instead of the cue. They are read as the cue.
  var otherCues: [String] = []

  /// The text of a prompt, exactly as it stands between instruction and cue, and whether it had another cue.
  ///
  /// - Returns: `nil` if the prompt does not begin and end so.
  func text(of prompt: String) -> (text: String, hasOtherCue: Bool)? {
    let scalars = prompt.unicodeScalars
    let before = instruction.isEmpty ? "" : instruction + "\n"
    guard scalars.starts(with: before.unicodeScalars) else { return nil }
    let rest = scalars.dropFirst(before.unicodeScalars.count)
    for ending in [cue] + otherCues {
      let after = ending.isEmpty ? "" : "\n" + ending
      guard rest.reversed().starts(with: after.unicodeScalars.reversed()) else { continue }
      return (String(rest.dropLast(after.unicodeScalars.count)), ending != cue)
    }
    return nil
  }
}
