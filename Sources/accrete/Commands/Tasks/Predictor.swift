import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import Streams
import TaskModels
import Tokenization

/// What was answered to one row.
struct RowAnswer {
  let row: RequestRow
  var task: String?
  var version: String?
  var labels: [String] = []
  var answer: TaskAnswer?
  /// What the base wrote to a text that no task claims.
  var baseText: String?
  var route: RequestRouter.Route?
}

/// Answers rows with one task, or each with the task that it belongs to.
final class Predictor {
  private let registry: Registry
  private let base: Base
  private let unknown: UnknownAnswer
  private let router: RequestRouter?
  private let release: ReleaseManifest
  private let fixed: ServedTask?
  private var loaded: [String: ServedTask] = [:]

  /// Tokens that the base writes to a text that no task claims.
  private static let baseTokens = 64

  /// Whether the task that was asked for writes its answers, which have no confidence; false where texts are routed.
  var writesAnswers: Bool { fixed?.runner.model.form.kind == .answer }

  /// - Parameters:
  ///   - registry: Where the tasks are.
  ///   - base: Its base.
  ///   - task: As somebody wrote it; `nil`: the only one that is released.
  ///   - routes: Whether each text's task is found.
  ///   - unknown: What becomes of texts that no task claims.
  init(_ registry: Registry, on base: Base, task: String?, routes: Bool, unknown: UnknownAnswer) throws {
    self.registry = registry
    self.base = base
    self.unknown = unknown
    release = try registry.currentRelease()?.manifest ?? ReleaseManifest(experts: [:], numerics: "")
    if routes {
      router = try registry.router(of: release)
      fixed = nil
      guard router != nil, !release.experts.isEmpty else {
        throw ServingError.nothingReleased(path: registry.url.path)
      }
      return
    }
    router = nil
    if let task {
      fixed = try registry.load(task, on: base)
      return
    }
    guard release.experts.count == 1, let only = release.experts.keys.first else {
      if release.experts.isEmpty { throw ServingError.nothingReleased(path: registry.url.path) }
      throw RegistryError.invalid(
        what: "--task", got: "nothing", expected: "one of \(release.experts.keys.sorted().listed)",
        fix: "Name one, or let --route find the task of each text.")
    }
    fixed = try registry.load(only, on: base)
  }

  /// Of each task that has answered, or is to: whether its choose rows bear out a threshold of confidence.
  func warnings(abstainBelow threshold: Double) -> [String] {
    let served = fixed.map { [$0] } ?? loaded.sorted { $0.key < $1.key }.map(\.value)
    return served.compactMap { task in
      let name = "\(task.version.reference)"
      guard let choice = (try? task.manifest.taskModel(of: name))?.evidence?.choice,
        let known = choice.knownConfidence, threshold > known
      else { return nil }
      return String(
        format:
          "%@: all %d choose rows were answered right, which says nothing of confidences above %.3f (1 - 3/n, 95 %% confidence):"
          + " --abstain-below %g asks for more than they show.", name, choice.rows, known, threshold)
    }
  }

  /// What is said of each row, or what is wrong with it.
  func answers(_ rows: [RequestRow]) throws -> [Result<RowAnswer, any Error>] {
    if let fixed { return try RequestLines.each(rows) { try answers($0, by: fixed) } }
    guard let router else { return [] }
    // Routes are found once, whatever becomes of the answers.
    let routes = try RequestLines.each(rows) { rows in
      try router.routes(rows.map(\.text), instructions: rows.map(\.instruction), on: base)
    }
    var result = routes.map { route in
      route.flatMap { _ in Result<RowAnswer, any Error>.failure(CancellationError()) }
    }
    let routed = routes.indices.filter { (try? routes[$0].get()) != nil }
    let positions = Dictionary(grouping: routed) { (try? routes[$0].get().task) ?? "" }
    for (task, positions) in positions.sorted(by: { $0.key < $1.key }) {
      let part = positions.map { rows[$0] }
      let found = try RequestLines.each(part) {
        task.isEmpty ? try unclaimed($0) : try answers($0, by: served(task))
      }
      for (position, answer) in zip(positions, found) {
        result[position] = answer.map { answer -> RowAnswer in
          var answer = answer
          answer.route = try? routes[position].get()
          return answer
        }.mapError { explained($0, of: rows[position], routedTo: task) }
      }
    }
    return result
  }

  /// What is wrong with a row; of a conversation that was routed to a task of plain texts also that nobody named that task.
  private func explained(_ error: any Error, of row: RequestRow, routedTo task: String) -> any Error {
    guard row.isConversation, let served = loaded[task], served.runner.model.form.template == nil,
      case StreamError.prompt(let detail) = error
    else { return error }
    return StreamError.prompt(
      .init(
        file: detail.file, line: detail.line, row: detail.row, expected: detail.expected, got: detail.got,
        fix: "\(detail.fix) --route chose \(task); --task NAME, without --route, names another."))
  }

  private func served(_ task: String) throws -> ServedTask {
    if let known = loaded[task] { return known }
    guard let digest = release.experts[task] else {
      throw RegistryError.unknownTask(got: task, known: release.experts.keys.sorted())
    }
    let made = try registry.load(registry.version(digest: digest), on: base)
    loaded[task] = made
    return made
  }

  private func answers(_ rows: [RequestRow], by served: ServedTask) throws -> [RowAnswer] {
    let answers = try served.predict(rows)
    return zip(rows, answers).map { row, answer in
      RowAnswer(
        row: row, task: served.version.name, version: "\(served.version.reference)",
        labels: served.runner.model.form.labels, answer: answer)
    }
  }

  private func unclaimed(_ rows: [RequestRow]) throws -> [RowAnswer] {
    guard unknown == .base else { return rows.map { RowAnswer(row: $0) } }
    let limit = max(base.model.configuration.maxPositions - Self.baseTokens, 1)
    let chat = rows.contains(where: \.isConversation) ? try base.chatForm() : nil
    let prompts = try rows.map { row in
      if let chat, let conversation = Conversation(text: row.text) {
        return try chat.prompt(conversation, room: limit, row: "line \(row.line)").ids
      }
      let ids = try base.tokenizer.encode(Conversation.spoken(in: row.text), addSpecialTokens: true)
      return ids.isEmpty ? [base.endToken] : Array(ids.suffix(limit))
    }
    let options = GenerationOptions(maxTokens: Self.baseTokens)
    let texts = try LanguageModel(base).texts(prompts.map { DecodingSession.Request($0, options: options) })
    return zip(rows, texts).map { row, text in RowAnswer(row: row, baseText: text.text) }
  }
}
