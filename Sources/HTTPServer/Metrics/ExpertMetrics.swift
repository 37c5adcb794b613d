import Files
import Foundation
import Serving
import Synchronization

/// What is counted by expert, with series for the busiest and one for all others.
///
/// A use counts in exactly one series: the expert's while it has one, `other`'s else. So no series ever goes down, and none goes up by what was
/// counted before. An expert that gets a series again begins at zero, as a counter does after a restart.
final class ExpertMetrics: Sendable {
  private struct Busiest: Sendable {
    var versions = BusiestNames<ExpertName>(places: ExpertMetrics.places)
    var names = BusiestNames<String>(places: ExpertMetrics.places)
  }

  /// How many experts have series of their own.
  static let places = 100
  /// How many names a label lists at most.
  private static let listed = 100

  private let requests: MetricFamily<NumberCell>
  private let tokens: MetricFamily<NumberCell>
  private let resident: MetricFamily<NumberCell>
  private let adapters: MetricFamily<NumberCell>
  private let loads: (ok: NumberCell, failed: NumberCell)
  private let evictions: NumberCell
  private let memory: (mapped: NumberCell, own: NumberCell)
  let loadSeconds: HistogramCell
  private let maxExperts: Int
  private let busiest = Mutex(Busiest())

  /// - Parameter maxExperts: How many may be in one step.
  init(_ maker: MetricMaker, maxExperts: Int) {
    self.maxExperts = maxExperts
    requests = maker.numbers(
      "expert_requests_total", .counter, help: "Requests that are over, by the expert that answered and how they ended."
    )
    tokens = maker.numbers(
      "expert_tokens_total", .counter,
      help: "Tokens by expert: prompt, cached (those of prompts that need not be read) and generation.")
    resident = maker.numbers(
      "expert_resident", .gauge, help: "1 while an expert is loaded, also while nobody uses it; of other: how many are."
    )
    adapters = maker.numbers(
      "lora_requests_info", .gauge, isVLLMs: true,
      help: "Which experts run and which are being loaded; its value is when that was, in seconds since 1970.")
    let loads = maker.numbers("expert_loads_total", .counter, help: "Experts that were loaded, by the result.")
    self.loads = (loads.cell([MetricLabel("result", "ok")]), loads.cell([MetricLabel("result", "failed")]))
    evictions = maker.numbers("expert_evictions_total", .counter, help: "Experts that made room for others.").cell()
    let memory = maker.numbers(
      "expert_memory_bytes", .gauge,
      help: "What loaded experts take: mapped (pages of their files) and private; together what --expert-memory bounds."
    )
    self.memory = (memory.cell([MetricLabel("kind", "mapped")]), memory.cell([MetricLabel("kind", "private")]))
    loadSeconds = maker.histogram(
      "expert_load_seconds", MetricBuckets.load, help: "Seconds to load an expert and to check it."
    ).cell()
  }

  /// Counts a request that an expert answered or should have answered.
  func finished(_ expert: ExpertName, _ end: RequestEnd, _ usage: EngineUsage?) {
    busiest.withLock { busiest in
      let version = busiest.versions.use(expert)
      if let replaced = version.replaced {
        for status in RequestEnd.expertStatuses { requests.remove(Self.labels(replaced, status: status)) }
      }
      requests.cell(Self.labels(version.hasPlace ? expert : nil, status: end.expertStatus)).count(1)

      guard let usage else { return }
      let name = busiest.names.use(expert.name)
      let counts = [
        ("prompt", usage.promptTokens), ("cached", usage.cachedTokens), ("generation", usage.completionTokens),
      ]
      for (kind, count) in counts {
        if let replaced = name.replaced { tokens.remove(Self.labels(replaced, kind: kind)) }
        let label = name.hasPlace ? expert.name : MetricLabel.other
        tokens.cell(Self.labels(label, kind: kind)).count(Double(count))
      }
    }
  }

  /// Takes over what is in a snapshot.
  /// - Parameter name: Which version a digest is.
  func take(_ statistics: EngineStatistics, name: (Digest) -> ExpertName?) {
    loads.ok.set(Double(statistics.loads))
    loads.failed.set(Double(statistics.failedLoads))
    evictions.set(Double(statistics.evictions))
    let loaded = statistics.experts.filter { $0.state == .ready || $0.state == .draining }
    memory.mapped.set(Double(loaded.reduce(0) { $0 + $1.mappedBytes }))
    memory.own.set(Double(loaded.reduce(0) { $0 + $1.bytes - $1.mappedBytes }))

    let experts = statistics.experts.map {
      Resident(
        version: $0.version, name: name($0.version), isLoading: $0.state == .loading,
        isLoaded: $0.state == .ready || $0.state == .draining, isUsed: $0.references > 0, isPinned: $0.isPinned)
    }
    takeResident(experts.filter(\.isLoaded))
    adapters.replaceAll([
      (
        [
          MetricLabel("max_lora", String(maxExperts)),
          MetricLabel("running_lora_adapters", Self.list(experts.filter { $0.isLoaded && $0.isUsed })),
          MetricLabel("waiting_lora_adapters", Self.list(experts.filter(\.isLoading))),
        ], Date.now.timeIntervalSince1970.rounded()
      )
    ])
  }

  /// An expert that the engine knows.
  private struct Resident: Sendable {
    let version: Digest
    let name: ExpertName?
    let isLoading: Bool
    let isLoaded: Bool
    let isUsed: Bool
    let isPinned: Bool

    // A version that is loaded and no longer known has the beginning of its digest for a name.
    private var unknown: String { "sha256:" + version.hexadecimal.prefix(12) }

    var description: String { name?.description ?? unknown }

    var words: (expert: String, version: String) { name.map { ($0.name, String($0.version)) } ?? (unknown, "") }
  }

  private func takeResident(_ experts: [Resident]) {
    let versions = busiest.withLock { $0.versions }
    func isBusy(_ expert: Resident) -> Bool { expert.name.map { versions.hasPlace($0) } ?? false }
    let ordered = experts.filter(isBusy) + experts.filter { !isBusy($0) }
    resident.replaceAll(
      ordered.enumerated().map { index, expert in
        let words = index < Self.places ? expert.words : (expert: MetricLabel.other, version: "")
        let labels = [
          MetricLabel("expert", words.expert), MetricLabel("version", words.version),
          MetricLabel("pinned", String(expert.isPinned)),
        ]
        return (labels: labels, value: 1)
      })
  }

  private static func labels(_ expert: ExpertName?, status: String) -> [MetricLabel] {
    [
      MetricLabel("expert", expert?.name ?? MetricLabel.other),
      MetricLabel("version", expert.map { String($0.version) } ?? ""), MetricLabel("status", status),
    ]
  }

  private static func labels(_ expert: String, kind: String) -> [MetricLabel] {
    [MetricLabel("expert", expert), MetricLabel("kind", kind)]
  }

  private static func list(_ experts: [Resident]) -> String {
    let names = experts.map(\.description).sorted()
    return (names.prefix(listed) + (names.count > listed ? [MetricLabel.other] : [])).joined(separator: ",")
  }
}
