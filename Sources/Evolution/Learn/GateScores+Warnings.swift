import Assurance
import TaskModels

extension GateScores {
  /// Says in words when a task model has learned nothing, and what usually helps.
  ///
  /// - Parameter labels: The task's.
  /// - Parameter isToyBase: Whether the base is one that comes with the program.
  /// - Parameter isHelped: Whether a gate has said already what helps.
  /// - Parameter seed: Of the bootstrap.
  func warnings(labels: [String], isToyBase: Bool, isHelped: Bool, seed: UInt64) -> [String] {
    var warnings = sets?.warnings(answers, labels: labels, seed: seed) ?? []
    let found: NothingLearned? =
      if sets != nil { nil } else if let classes { NothingLearned(classes) } else {
        NothingLearned(answers: answers.map(\.text))
      }
    let helps =
      isHelped
      ? ""
      : classes == nil
        ? "More --max-epochs, more rows, or a larger base help."
        : "Usually more rows of each label help, a clearer --instruction, or a larger base."
    if let found {
      warnings.append("\(found.words(row: "gate row") { labels[$0] })\(helps.isEmpty ? "" : " \(helps)")")
    }
    if isToyBase { warnings.append(NothingLearned.toyBase(fix: "`accrete init --base FOLDER`")) }
    return warnings
  }
}
