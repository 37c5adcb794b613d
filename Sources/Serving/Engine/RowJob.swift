import Decoder
import Files
import Generation
import Learning
import ModelConfiguration
import Streams
import TaskModels
import Torch

/// A request for answers to rows, or for where they belong, while the engine works on it: a few rows in a step, beside those of others. Owned by
/// the engine's thread.
final class RowJob {
  /// What is done with its rows.
  enum Kind {
    case answers(TaskModelRunner, [EncodedExample], RowScorer.Row.Question, Done<[TaskAnswer]>)
    case routes(SharedRouter, [RoutedText], Done<[DecisionCache.Decision]>)
  }

  typealias Done<Value> = @Sendable (Result<Value, any Error>) -> Void

  /// Rows with the same one are computed in one pass.
  enum Pass: Hashable {
    /// Label scores, of a base that computes in this.
    case scores(ComputePrecision)
    /// What a router looks at.
    case features(RequestView)
  }

  let work: EngineWork
  let kind: Kind
  let line: FairQueue<EngineLoop.Waiting>.Line
  /// The expert that it holds on to; `nil`: it needs none.
  let resident: ExpertTable.Resident?
  /// The first row that was not computed yet.
  var next = 0
  /// Of the rows so far.
  var scores: [[Double]] = []
  /// Of the rows so far. [rows, width] each
  var features: [Tensor] = []

  init(_ work: EngineWork, _ kind: Kind, resident: ExpertTable.Resident? = nil) {
    (self.work, self.kind, self.resident) = (work, kind, resident)
    line = work.line
  }

  var count: Int {
    switch kind {
    case .answers(_, let examples, _, _): examples.count
    case .routes(_, let texts, _): texts.count
    }
  }

  var pass: Pass {
    switch kind {
    case .answers(let runner, _, _, _): .scores(runner.model.compute)
    case .routes(let router, _, _): .features(router.router.record.view)
    }
  }

  /// Tokens that a pass reads for a row.
  func tokens(of row: Int) -> Int {
    switch kind {
    case .answers(_, let examples, let question, _): scored(examples[row], question).tokens
    case .routes(_, let texts, _): texts[row].ids.count
    }
  }

  /// A row as it is scored.
  func scored(_ example: EncodedExample, _ question: RowScorer.Row.Question) -> RowScorer.Row {
    RowScorer.Row(prompt: example.promptIds, question, expert: resident?.loaded.expert)
  }

  /// Tells what came of it, once all rows are computed.
  func finish() {
    switch kind {
    case .answers(let runner, let examples, _, let done):
      done(Result { try runner.answers(examples, scores: scores) })
    case .routes(let router, let texts, let done):
      done(
        Result {
          let seen = try TextFeatures(Tensor.concatenated(features), tokens: texts.map(\.ids.count))
          return zip(try router.router.routes(of: texts, seen), texts).map {
            DecisionCache.Decision(route: $0, tokens: $1.ids.count)
          }
        })
    }
  }
}
