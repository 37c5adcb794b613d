/// How the learning rate runs through a task.
public enum LearningRateShape: String, Sendable, CaseIterable, Codable {
  /// The peak all the time.
  case constant
  /// Half a cosine from the peak to zero.
  case cosine
}
