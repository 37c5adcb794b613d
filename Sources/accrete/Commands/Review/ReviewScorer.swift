import Decoder
import Files
import Foundation
import Generation
import Registry
import Review
import Serving
import Streams

/// What the registry's versions say of items: each is scored by the expert that its task's policy names, as `predict` would answer it.
final class ReviewScorer {
  private let registry: Registry
  private let base: Base
  private let served: ModelOpinion.Served
  private let router: RequestRouter?
  /// By task: the version as its policy names it.
  private let experts: [ExactText: String]
  /// Versions that were loaded; `nil`: it cannot be.
  private var loaded: [ExactText: ServedTask?] = [:]
  /// Why versions could not be loaded.
  private(set) var problems: [String] = []

  /// Prepares the scoring.
  ///
  /// - Parameters:
  ///   - registry: Where the versions are.
  ///   - base: Its base.
  ///   - experts: By task, the version as its policy names it; of a task without one the released version answers.
  /// - Throws: `RegistryError`, errors of the layers below.
  init(_ registry: Registry, on base: Base, experts: [String: String]) throws {
    self.registry = registry
    self.base = base
    self.experts = experts.reduce(into: [:]) { $0[ExactText($1.key)] = $1.value }
    served = try registry.served()
    router = try registry.currentRelease().flatMap { try registry.router(of: $0.manifest) }
  }

  /// What is said of items, in their order.
  ///
  /// - Parameters:
  ///   - rows: The items as they are asked.
  ///   - tasks: The task of each; `nil`: it has to be found.
  /// - Throws: What is wrong with all of them; what is wrong with one is in its opinion.
  func opinions(of rows: [RequestRow], tasks: [String?]) throws -> [ModelOpinion] {
    let routes = try routes(of: rows, tasks)
    var opinions: [Int: ModelOpinion] = [:]
    var positions: [ExactText: [Int]] = [:]
    for (index, named) in tasks.enumerated() {
      switch (named, routes[index]) {
      case (let task?, _): positions[ExactText(task), default: []].append(index)
      case (nil, .success(let route)?):
        if let task = route.task {
          positions[ExactText(task), default: []].append(index)
        } else {
          opinions[index] = ModelOpinion(.unknownTask, task: nil, route: route, served: served)
        }
      case (nil, .failure?): opinions[index] = ModelOpinion(.undecodable, task: nil, route: nil, served: served)
      case (nil, nil): opinions[index] = ModelOpinion(.notReady, task: nil, route: nil, served: served)
      }
    }
    for (task, positions) in positions.sorted(by: { $0.key < $1.key }) {
      let part = positions.map { rows[$0] }
      let version = version(of: task)
      let answers = try version.map { version in try RequestLines.each(part) { try version.predict($0) } }
      for (place, index) in positions.enumerated() {
        let route = try? routes[index]?.get()
        if let version, let answer = answers?[place] {
          opinions[index] =
            switch answer {
            case .success(let answer): ModelOpinion(answer, by: version, route: route, served: served)
            case .failure: ModelOpinion(.undecodable, task: task.text, route: route, served: served)
            }
        } else {
          opinions[index] = ModelOpinion(.notReady, task: task.text, route: route, served: served)
        }
      }
    }
    return rows.indices.map { opinions[$0] ?? ModelOpinion(.notReady, task: nil, route: nil, served: served) }
  }

  /// Where the items go of which nobody says the task, by their places.
  private func routes(
    of rows: [RequestRow], _ tasks: [String?]
  ) throws -> [Int: Result<RequestRouter.Route, any Error>] {
    let open = rows.indices.filter { tasks[$0] == nil }
    guard let router, !open.isEmpty else { return [:] }
    let found = try RequestLines.each(open.map { rows[$0] }) { rows in
      try router.routes(rows.map(\.text), instructions: rows.map(\.instruction), on: base)
    }
    return Dictionary(uniqueKeysWithValues: zip(open, found))
  }

  /// The version that answers for a task; `nil` where it cannot be loaded: its items then go to people.
  private func version(of task: ExactText) -> ServedTask? {
    if let known = loaded[task] { return known }
    let name = experts[task] ?? task.text
    var version: ServedTask?
    do {
      version = try registry.load(name, on: base)
    } catch {
      problems.append("\(task.text.printable): \(error)")
    }
    loaded[task] = .some(version)
    return version
  }
}
