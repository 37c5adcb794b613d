import Files
import Foundation
import Logging
import Registry
import Serving
import Synchronization

/// What all handlers share.
final class ServerCore: Sendable {
  let options: ServerOptions
  let engine: any InferenceEngine
  let catalog: any ModelDirectory
  let prompts: any PromptSource
  let admission: Admission
  let metrics: ServerMetrics
  let tracer: ServerTracer
  let drain = DrainState()
  let connections = ConnectionTable()
  let failures = FailureLog()
  /// Of failed requests.
  let lines = RepeatedLines()
  let arrivals = ArrivalRate()
  /// What views are told while they are looked at.
  let events = LiveEvents()
  let logger: Logger
  /// The registry's folder, whose disk is looked at; `nil`: none is.
  let folder: URL?
  /// What the views of experts, releases and the audit show; `nil`: they are not served.
  let registry: Registry?
  /// What reviewers work on; `nil`: nothing is reviewed here.
  let reviews: (any ReviewSource)?
  private let tested = Mutex(false)

  init(
    options: ServerOptions, engine: any InferenceEngine, catalog: any ModelDirectory, prompts: any PromptSource,
    admission: Admission, metrics: ServerMetrics, tracer: ServerTracer, logger: Logger, folder: URL?,
    registry: Registry? = nil, reviews: (any ReviewSource)? = nil
  ) {
    (self.options, self.engine, self.catalog, self.prompts) = (options, engine, catalog, prompts)
    (self.admission, self.metrics, self.tracer) = (admission, metrics, tracer)
    (self.logger, self.folder, self.registry, self.reviews) = (logger, folder, registry, reviews)
  }

  var unknownFields: UnknownFields { options.reportsUnknownFields ? .report : .refuse }

  /// Whether the engine has computed what it should.
  var isTested: Bool {
    get { tested.withLock { $0 } }
    set { tested.withLock { $0 = newValue } }
  }

  /// Whether requests may come.
  var readiness: Readiness {
    Readiness(
      isTested: isTested, drain: drain.phase, registry: catalog.problem,
      heartbeat: engine.statistics.heartbeat.duration(to: .now), disk: folder.flatMap(Readiness.freeShare))
  }

  /// The version that a digest names, as metrics call it.
  func name(of version: Digest) -> ExpertName? {
    catalog.version(version).flatMap { model in model.version.map { ExpertName(name: model.name, version: $0) } }
  }

  /// Where people find the page. Only programs of this machine are told the address: it is no secret there.
  var pageAddress: String {
    guard admission.isLocal, case .host(_, let port) = options.adminListen, port > 0 else {
      return "the admin listener (--admin-listen)"
    }
    return "\(options.tls == nil ? "http" : "https")://\(options.adminListen)"
  }

  /// The address that a request came from: behind a proxy, what the nearest one says.
  func client(_ context: ServerContext, forwarded: String?) -> String {
    guard options.isBehindProxy, let last = forwarded?.split(separator: ",").last else { return context.address }
    return String(last.trimmingCharacters(in: .whitespaces).prefix(64))
  }
}

/// How often which error was given, without its text.
final class FailureLog: Sendable {
  struct Entry: Sendable, Equatable {
    var count: Int
    var last: Date
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// By their codes, of which there are a few dozen.
  var all: [String: Entry] { entries.withLock { $0 } }

  func note(_ code: String, at now: Date = Date()) {
    entries.withLock { entries in
      let known = entries[code]?.count ?? 0
      entries[code] = Entry(count: known &+ 1, last: now)
    }
  }
}

/// Requests a second, over the last ten.
final class ArrivalRate: Sendable {
  private static let seconds = 10

  private struct State {
    var counts = [Int](repeating: 0, count: ArrivalRate.seconds)
    var second = 0
  }

  private let state = Mutex(State())
  private let start = ContinuousClock.now

  func note(at now: ContinuousClock.Instant = .now) {
    let second = second(now)
    state.withLock { state in
      Self.move(&state, to: second)
      state.counts[second % Self.seconds] += 1
    }
  }

  func perSecond(at now: ContinuousClock.Instant = .now) -> Double {
    let second = second(now)
    return state.withLock { state in
      Self.move(&state, to: second)
      return Double(state.counts.reduce(0, +)) / Double(Self.seconds)
    }
  }

  private func second(_ now: ContinuousClock.Instant) -> Int {
    max(0, Int(clamping: start.duration(to: now).components.seconds))
  }

  private static func move(_ state: inout State, to second: Int) {
    guard second > state.second else { return }
    for passed in max(state.second + 1, second - seconds + 1)...second { state.counts[passed % seconds] = 0 }
    state.second = second
  }
}
