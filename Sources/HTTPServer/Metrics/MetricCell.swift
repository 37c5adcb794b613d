import Synchronization

/// What one series of a metric holds.
protocol MetricCell: AnyObject, Sendable {
  /// A cell that nothing has been added to.
  /// - Parameter bounds: The upper bounds of a histogram's buckets, ascending; nothing else has any.
  init(bounds: [Double])
}

/// A number that goes up, or up and down: of a counter, of a gauge.
///
/// It is a `Double`, as Prometheus holds every number: sums of whole numbers are exact up to 2^53.
final class NumberCell: MetricCell {
  private let bits = Atomic<UInt64>(0)

  init(bounds: [Double] = []) {}

  var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

  func add(_ amount: Double) {
    var current = bits.load(ordering: .relaxed)
    while true {
      let sum = (Double(bitPattern: current) + amount).bitPattern
      let (exchanged, original) = bits.weakCompareExchange(expected: current, desired: sum, ordering: .relaxed)
      if exchanged { return }
      current = original
    }
  }

  /// Adds to a counter, which never goes down: what is negative or not a number is not added.
  func count(_ amount: Double) {
    if amount > 0, amount.isFinite { add(amount) }
  }
}

/// How many values fell into which bucket.
final class HistogramCell: MetricCell {
  /// A histogram at one moment.
  struct Counts: Sendable, Equatable {
    /// One more than bounds: the last is for what is above all of them.
    var buckets: [Int]
    var sum = 0.0

    var total: Int { buckets.reduce(0, &+) }
  }

  let bounds: [Double]
  private let counts: Mutex<Counts>

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
  }

  var current: Counts { counts.withLock { $0 } }

  /// Takes a value in; one that is not finite would spoil the sum for ever, and is left out.
  /// - Parameter times: How often it was seen.
  func observe(_ value: Double, times: Int = 1) {
    guard value.isFinite, times > 0 else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    counts.withLock { counts in
      counts.buckets[bucket] &+= times
      counts.sum += value * Double(times)
    }
  }
}
