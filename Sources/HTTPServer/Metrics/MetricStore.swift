import Synchronization

/// All metrics of a process, with a bound on how many series they have.
///
/// ```swift
/// let store = MetricStore()
/// MetricsSystem.bootstrap(PrometheusFactory(store))
/// let text = store.text()
/// ```
public final class MetricStore: Sendable {
  /// A metric with its series.
  enum Family: Sendable {
    case numbers(MetricFamily<NumberCell>)
    case histograms(MetricFamily<HistogramCell>)

    var form: MetricForm {
      switch self {
      case .numbers(let family): family.form
      case .histograms(let family): family.form
      }
    }
  }

  private struct State {
    var families: [String: Family] = [:]
    /// Of all samples, so that no two metrics have lines of the same name.
    var sampleNames: Set<String> = []
  }

  /// How many series there are at most, where nobody says otherwise.
  public static let seriesLimit = 5_000

  private let budget: SeriesBudget
  private let state = Mutex(State())
  private let refused: MetricFamily<NumberCell>

  /// - Parameter limit: How many series there may be. What has no place is counted under `other`, or not at all, and
  ///   `accrete_metric_series_refused_total` says how often.
  public init(limit: Int = MetricStore.seriesLimit) {
    budget = SeriesBudget(limit: limit)
    let form = MetricForm(
      "accrete_metric_series_refused_total", .counter,
      help: "How often a series was asked for that did not fit among those that may be exported.")
    // Its place is taken whatever the limit is: it says that there was none.
    _ = budget.take(form.lines)
    refused = MetricFamily(form, budget: SeriesBudget(limit: form.lines))
    let family = refused
    state.withLock { state in
      state.families[form.name] = .numbers(family)
      state.sampleNames.formUnion(form.sampleNames)
    }
  }

  /// How many series there may still be.
  var seriesLeft: Int { budget.limit - budget.taken }

  /// A counter or a gauge. One that does not fit, or whose name another metric has, is counted and exported nowhere.
  func numbers(_ form: MetricForm) -> MetricFamily<NumberCell> {
    state.withLock { state in
      if case .numbers(let known)? = state.families[form.name], known.form.kind == form.kind { return known }
      let isNew = add(form, to: &state)
      let family = MetricFamily<NumberCell>(form, budget: isNew ? budget : SeriesBudget(limit: form.lines))
      if isNew { state.families[form.name] = .numbers(family) }
      return family
    }
  }

  /// A histogram. One whose name another metric has, or the same one with other buckets, is counted and exported nowhere.
  func histograms(_ form: MetricForm) -> MetricFamily<HistogramCell> {
    state.withLock { state in
      if case .histograms(let known)? = state.families[form.name], known.form.bounds == form.bounds { return known }
      let isNew = add(form, to: &state)
      let family = MetricFamily<HistogramCell>(form, budget: isNew ? budget : SeriesBudget(limit: form.lines))
      if isNew { state.families[form.name] = .histograms(family) }
      return family
    }
  }

  /// Takes names and the place of the rest for a new metric.
  private func add(_ form: MetricForm, to state: inout State) -> Bool {
    guard state.sampleNames.isDisjoint(with: form.sampleNames) else {
      budget.refuse()
      return false
    }
    guard budget.take(form.lines) else { return false }
    state.sampleNames.formUnion(form.sampleNames)
    return true
  }

  /// Everything as it is now, by name.
  var families: [Family] {
    refused.cell().set(Double(budget.refusals))
    return state.withLock { Array($0.families.values) }.sorted { $0.form.name < $1.form.name }
  }
}
