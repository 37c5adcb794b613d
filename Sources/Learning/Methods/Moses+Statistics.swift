import Decoder
import ModelConfiguration
import Torch

/// How full the sub-experts are, and what that costs.
///
///     CAP_t = |M_t| / |θ| + (bits of masks) / (16 |θ|) + (bits of gates and router) / (16 |θ|)
///
/// |θ|: entries of all N sub-experts, held in bfloat16. The first part grows more slowly with every task, the second by up to one bit for each entry
/// that serves a task. The router's covariance is there once, however many tasks there are. For masks drawn independently |M_t| / |θ| would be
/// 1 − (1 − c k / N)^t.
extension Moses {
  public func statistics(of task: TaskIdentity) throws -> [LayerStatistic] {
    guard parts[task]?.isLearned == true else { return [] }
    let layers = try (0..<context.base.layers).map { try use(of: task, layer: $0) }
    func statistic(_ name: String, _ formula: String, _ value: (Use) -> Double) -> LayerStatistic {
      LayerStatistic(name: name, formula: formula, layers: layers.map(value))
    }
    return [
      statistic("entries used", "|M_t| / |θ|: share of the sub-experts' entries that the tasks so far use") {
        $0.used / $0.entries
      },
      statistic(
        "entries new", "|m_t ∧ ¬M_(t−1)| / |θ|: share of the sub-experts' entries that this task is the first to use"
      ) {
        $0.new / $0.entries
      },
      statistic("entries reused", "|m_t ∧ M_(t−1)| / |m_t|: share of this task's entries that earlier tasks use") {
        1 - $0.new / $0.selected
      },
      statistic(
        "CAP",
        "|M_t| / |θ| + (bits of masks + bits of gates + router's bits / layers) / (16 |θ|), of all tasks so far; 1: the sub-experts in bfloat16"
      ) { ($0.used + $0.bits / 16) / $0.entries },
    ]
  }

  /// Counts of one layer when a task had been learned.
  private struct Use {
    /// |θ|
    let entries: Double
    /// |M_t|
    let used: Double
    /// |m_t ∧ ¬M_{t−1}|
    let new: Double
    /// |m_t|
    let selected: Double
    /// Of masks, gates, and the layer's part of the router.
    let bits: Double
  }

  private func use(of task: TaskIdentity, layer: Int) throws -> Use {
    let learned = arrived.prefix(task.index + 1).compactMap { parts[$0] }.filter(\.isLearned)
    guard let last = learned.last else { return Use(entries: 1, used: 0, new: 0, selected: 1, bits: 0) }
    let positions = try pool.positions(layer: layer, of: chosen(by: last.gates[layer]))
    let router = 32 * routing.numbers(for: learned.count) / context.base.layers
    let own = learned.reduce(0) { $0 + 8 * $1.kept[layer].masks.byteCount + 8 * $1.gates[layer].byteCount }
    return Use(
      entries: Double(pool.entries(layer: layer)),
      used: Double(learned.reduce(0) { $0 + $1.kept[layer].values.count }),
      new: Double(last.kept[layer].values.count),
      selected: Double(positions.reduce(0) { $0 + choice.count(of: pool.entries($1)) }), bits: Double(own + router))
  }
}
