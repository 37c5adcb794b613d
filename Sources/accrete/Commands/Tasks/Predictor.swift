import Decoder
import Files
import Foundation
import Generation
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
  ///   - registry: where the tasks are.
  ///   - base: its base.
  ///   - task: as somebody wrote it; nil: the only one that is released.
  ///   - routes: whether each text's task is found.
  ///   - unknown: what becomes of texts that no task claims.
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

  func answers(_ rows: [RequestRow]) throws -> [RowAnswer] {
    if let fixed { return try answers(rows, by: fixed, routes: nil) }
    guard let router else { return [] }
    let routes = try router.routes(rows.map(\.text), instructions: rows.map(\.instruction), on: base)
    var result = [RowAnswer?](repeating: nil, count: rows.count)
    let places = Dictionary(grouping: rows.indices) { routes[$0].task ?? "" }
    for (task, places) in places.sorted(by: { $0.key < $1.key }) {
      let part = places.map { rows[$0] }
      let routed = places.map { routes[$0] }
      let answers =
        task.isEmpty ? try unclaimed(part, routed) : try self.answers(part, by: served(task), routes: routed)
      for (place, answer) in zip(places, answers) { result[place] = answer }
    }
    return result.compactMap(\.self)
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

  private func answers(
    _ rows: [RequestRow], by served: ServedTask, routes: [RequestRouter.Route]?
  ) throws -> [RowAnswer] {
    let answers = try served.predict(rows)
    return zip(rows, answers).enumerated().map { place, pair in
      RowAnswer(
        row: pair.0, task: served.version.name, version: "\(served.version.reference)",
        labels: served.runner.model.form.labels, answer: pair.1, route: routes?[place])
    }
  }

  private func unclaimed(_ rows: [RequestRow], _ routes: [RequestRouter.Route]) throws -> [RowAnswer] {
    guard unknown == .base else { return zip(rows, routes).map { RowAnswer(row: $0, route: $1) } }
    let limit = max(base.model.configuration.maxPositions - Self.baseTokens, 1)
    let chat = rows.contains(where: \.isConversation) ? try base.chatForm() : nil
    let prompts = try rows.map { row in
      if let chat, let conversation = Conversation(text: row.text) {
        return try chat.prompt(conversation, room: limit, row: "line \(row.line)").ids
      }
      let ids = try base.tokenizer.encode(Conversation.spoken(in: row.text), addSpecialTokens: true)
      return ids.isEmpty ? [base.endToken] : Array(ids.suffix(limit))
    }
    let texts = try TextGenerator(base.model, base.tokenizer).texts(
      after: prompts, options: GenerationOptions(maxTokens: Self.baseTokens))
    return zip(zip(rows, routes), texts).map { pair, text in
      RowAnswer(row: pair.0, baseText: text.text, route: pair.1)
    }
  }
}
