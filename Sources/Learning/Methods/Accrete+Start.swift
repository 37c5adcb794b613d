import Decoder
import Experts
import Torch

/// What a new task starts from.
extension Accrete {
  /// Rows on which starting points are compared.
  private static let comparedRows = 32

  /// New atoms that change nothing yet, or what the best of the nearest learned tasks has, if its loss on the new rows is lower.
  func start(_ task: TaskIdentity, on probe: TaskProbe) throws -> Parts {
    let new = plan(task.index)
    let found = found(task.index)
    var start = Parts(
      shared: try new.shared > 0 ? context.newExpert(owner(task, "shared"), context.shape(rank: new.shared)) : nil,
      own: try context.newExpert(owner(task, "own"), context.shape(rank: new.own)), gains: [:], isFrozen: false)
    guard found > 0 || context.whole(Self.warmStart) > 0, task.index > 0 else { return start }
    for position in FactorPosition.all(context.shape, on: context.base) where found > 0 {
      start.gains[Self.gainName(position)] = try Tensor(repeating: 1, [found], on: context.device)
    }
    guard let teacher = try teacher(of: task, on: probe), let known = parts[teacher] else { return start }
    try copyStrongest(from: known.own, to: start.own)
    try copyGains(from: teacher, to: start.gains)
    return start
  }

  /// The learned task under which the new rows have the lowest loss; `nil` when what is shared does better alone.
  private func teacher(of task: TaskIdentity, on probe: TaskProbe) throws -> TaskIdentity? {
    let count = context.whole(Self.warmStart)
    let learned = arrived.filter { parts[$0]?.isFrozen == true }
    guard count > 0, !learned.isEmpty, !probe.examples.isEmpty else { return nil }
    let near = try routing.nearest(to: probe.features(routing.view, of: probe.sample(Self.comparedRows)))
    let candidates = near.compactMap { index in learned.first { $0.index == index } }.prefix(count)
    var best = try probe.loss(under: selection(for: task), rows: Self.comparedRows)
    var teacher: TaskIdentity?
    for candidate in candidates {
      let loss = try probe.loss(under: selection(for: candidate), rows: Self.comparedRows)
      if loss < best { (best, teacher) = (loss, candidate) }
    }
    return teacher
  }

  /// The atoms with the largest |b| |a|, instead of those that change nothing yet.
  private func copyStrongest(from source: LowRankExpert, to target: LowRankExpert) throws {
    for (layer, row) in target.pairs.enumerated() {
      for (projection, pair) in row {
        guard source.pairs.indices.contains(layer), let known = source.pairs[layer][projection] else { continue }
        let (a, b) = (try known.a.converted(to: .float32), try known.b.converted(to: .float32))
        let strength = try ((a * a).sum(1) * (b * b).sum(0)).floats()
        let order = strength.indices.sorted { (strength[$1], $0) < (strength[$0], $1) }.prefix(pair.a.shape[0])
        let chosen = try Tensor(Array(order), on: a.device)
        let positions = try Tensor(Array(order.indices), on: a.device)
        try pair.a.copyInPlace(from: pair.a.replacing(0, rows: positions, with: a.gathered(0, rows: chosen)))
        try pair.b.copyInPlace(from: pair.b.replacing(1, rows: positions, with: b.gathered(1, rows: chosen)))
      }
    }
  }

  /// The teacher's gains; 1 for what it shares itself and for what came after it.
  private func copyGains(from teacher: TaskIdentity, to gains: [String: Tensor]) throws {
    for (name, known) in parts[teacher]?.gains ?? [:] {
      guard let gain = gains[name], known.count <= gain.count else { continue }
      try gain.narrowed(0, from: 0, count: known.count).copyInPlace(from: known)
    }
  }
}
