import Files
import Foundation
import Learning
import Records
import Runs
import Streams

extension Inspection {
  /// Every cell of the matrix follows from its predictions, and those are answers to the task's rows.
  func matrix() throws -> String {
    if let waiting = try [folder.matrix, folder.legacyMatrix].compactMap(waits).first { return waiting }
    guard let file = try folder.readMatrix() else { throw VerificationError.missing(what: "matrix.json") }
    let recorded = try file.matrix()
    try same("tasks of matrix.json", recorded.tasks, manifest.tasks)
    if let newest = try folder.checkpointPositions().last(where: { $0.step == nil }) {
      let checkpoint = try RunCheckpoint.read(folder.checkpoint(newest)).checkpoint
      guard checkpoint.matrix == recorded else {
        throw VerificationError.differs(
          what: "the matrix", recorded: "another one in \(newest.fileName)", now: "that of matrix.json")
      }
    }
    var cells = 0
    for row in recorded.scores.indices {
      for (column, task) in recorded.tasks.enumerated() {
        guard let score = recorded[row, column] else { continue }
        let answers = try folder.answers(manifest, row: row, task: task)
        let location = "R[\(row)][\(task)]"
        try same(location, score, answers.outcome(manifest.scoring(of: task), .clean)?.score)
        try check(answers, of: tasks?.first { $0.task.name == task }, location: location)
        cells += 1
      }
    }
    let beside = try folder.sideColumns(manifest, of: recorded)
    try same("matrix.json, beside its scores", file, MatrixFile(manifest, recorded, .clean, cut: beside.cut))
    guard let legacy = beside.legacy else { return "\(cells) cells" }
    try same(
      "matrix-legacy.json", try folder.readLegacyMatrix(),
      MatrixFile(manifest, legacy, .legacy, cut: beside.cut))
    return "\(cells) cells in two columns"
  }

  /// - Parameter task: `nil` where it could not be read: then what the answers themselves say is all that can be checked.
  func check(_ answers: TaskAnswers, of task: PreparedTask?, location: String) throws {
    switch answers {
    case .labels(let predictions):
      for prediction in predictions where prediction.predicted != Self.best(prediction.scores) {
        throw VerificationError.differs(
          what: "\(location), row \(prediction.index): the predicted label", recorded: "\(prediction.predicted)",
          now: "\(Self.best(prediction.scores)), by its scores")
      }
      guard let rows = task?.evaluated else { return }
      try same("rows behind \(location)", predictions.map(\.index), rows.map(\.index))
      try same("right labels behind \(location)", predictions.map { Optional($0.gold) }, rows.map(\.labelIndex))
    case .written(let written):
      guard let task else { return }
      try same("rows behind \(location)", written.map(\.index), task.key.rows.map(\.index))
      for (row, answer) in written.enumerated() {
        let again = try task.key.scored(
          answer.answer, tokens: answer.tokens, isCut: answer.tokens >= task.answerTokens, row: row)
        // As bytes: equal texts may be written with other code points.
        guard try JSONFile.encode(answer) == JSONFile.encode(again) else {
          throw VerificationError.differs(
            what: "\(location), row \(answer.index)", recorded: "\(answer)", now: "\(again)")
        }
        guard answer.tokens <= task.answerTokens else {
          throw VerificationError.differs(
            what: "\(location), row \(answer.index): tokens", recorded: "\(answer.tokens)",
            now: "at most \(task.answerTokens)")
        }
      }
    }
  }

  private static func best(_ scores: [Double]) -> Int {
    scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
  }
}
