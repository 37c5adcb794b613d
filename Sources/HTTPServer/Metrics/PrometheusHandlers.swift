import CoreMetrics
import Synchronization

/// What counters, meters and gauges of swift-metrics write to.
final class NumberHandler: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
  private let family: MetricFamily<NumberCell>
  private let labels: [MetricLabel]
  private let cell: NumberCell
  private let isDestroyed = Atomic(false)

  init(_ family: MetricFamily<NumberCell>, _ labels: [MetricLabel]) {
    (self.family, self.labels, cell) = (family, labels, family.cell(labels))
  }

  private var isCounter: Bool { family.form.kind == .counter }

  // A counter that goes down is taken for one that has started again.
  func increment(by amount: Int64) { cell.count(Double(amount)) }
  func increment(by amount: Double) { isCounter ? cell.count(amount) : cell.add(amount) }
  func decrement(by amount: Double) { cell.add(-amount) }
  func reset() { cell.set(0) }

  func set(_ value: Int64) { cell.set(Double(value)) }
  func set(_ value: Double) { cell.set(value) }

  func record(_ value: Int64) { cell.set(Double(value)) }
  func record(_ value: Double) { cell.set(value) }

  /// Takes the series out, unless others still use it.
  func destroy() {
    if !isDestroyed.exchange(true, ordering: .relaxed) { family.release(labels) }
  }
}

/// What timers and recorders of swift-metrics write to.
final class HistogramHandler: TimerHandler, RecorderHandler {
  private let family: MetricFamily<HistogramCell>
  private let labels: [MetricLabel]
  private let cell: HistogramCell
  private let isDestroyed = Atomic(false)

  init(_ family: MetricFamily<HistogramCell>, _ labels: [MetricLabel]) {
    (self.family, self.labels, cell) = (family, labels, family.cell(labels))
  }

  func recordNanoseconds(_ duration: Int64) { cell.observe(Double(duration) * 1e-9) }
  func record(_ value: Int64) { cell.observe(Double(value)) }
  func record(_ value: Double) { cell.observe(value) }

  /// Takes the series out, unless others still use it.
  func destroy() {
    if !isDestroyed.exchange(true, ordering: .relaxed) { family.release(labels) }
  }
}
