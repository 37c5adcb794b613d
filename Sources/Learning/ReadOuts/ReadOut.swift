/// How hidden states become answers.
public enum ReadOutKind: String, Sendable, CaseIterable, Codable {
  /// The language model's own words: loss on the answer's tokens, prediction = the most probable label.
  case label
  /// A linear head per task on the last prompt token, as MoE-CL's released code has it.
  case head
}
