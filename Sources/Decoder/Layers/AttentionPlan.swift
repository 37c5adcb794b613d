import Torch

/// How attention is computed in one pass.
enum AttentionPlan {
  /// On packed tokens: see `PackedAttention`.
  case packed(PackedAttention.Layout)
  /// On a device, of new tokens to the sequences of a cache.
  case slots(SlotAttention)
  /// By libtorch, on the padded grid: a mask of its own, or a cache of sequences of one length on a device.
  case grid(AttentionMask, PaddedGrid)
}

/// The plans of one pass, one for each window that its layers have.
struct AttentionPlans {
  /// 0: no window.
  private let plans: [Int: AttentionPlan]
  /// The longest sequence, cached tokens included: a window of that size hides nothing.
  private let longest: Int

  /// - Parameters:
  ///   - windows: Of all layers.
  ///   - starts: Cached tokens of each sequence.
  ///   - positions: Of the packed tokens. int64 [tokens]
  init(
    windows: [Int?], batch: TokenBatch, packing: Packing, cache: KeyValueCache?, starts: [Int], positions: Tensor,
    plan: ComputePlan
  ) throws {
    let device = plan.device
    let longest = zip(starts, batch.lengths).map { $0 + $1 }.max() ?? 0
    self.longest = longest
    let sizes = Set(windows.map { Self.effective($0, longest) })
    if let slots = cache?.slots {
      guard case .causal = batch.mask else {
        throw TorchError.unexpectedResult(
          operation: "cached attention on a device", expected: "a causal batch", got: "another mask")
      }
      plans = try SlotAttention.planned(
        slots.cache, slots: slots.numbers, counts: batch.lengths, windows: sizes, on: device
      ).mapValues { .slots($0) }
      return
    }
    let grid = Self.usesKernels(batch, cache, plan) ? nil : try packing.grid()
    let starts = (
      sequences: starts, device: grid == nil && cache == nil && plan.attention != .packed ? try packing.starts() : nil
    )
    plans = try Dictionary(
      uniqueKeysWithValues: sizes.map { size in
        let plan: AttentionPlan =
          try grid.map {
            .grid(try Self.mask(batch, $0, after: starts.sequences.max() ?? 0, window: size, device), $0)
          } ?? .packed(try Self.layout(batch, packing, cache, window: size, positions, starts: starts.device))
        return (size, plan)
      })
  }

  func plan(window: Int?) throws -> AttentionPlan {
    guard let plan = plans[Self.effective(window, longest)] else {
      throw TorchError.unexpectedResult(
        operation: "attention", expected: "a window of the configuration", got: "\(window ?? 0)")
    }
    return plan
  }

  private static func effective(_ window: Int?, _ longest: Int) -> Int {
    guard let window, window < longest else { return 0 }
    return window
  }

  private static func usesKernels(_ batch: TokenBatch, _ cache: KeyValueCache?, _ plan: ComputePlan) -> Bool {
    switch batch.mask {
    // Our caches are the CPU's.
    case .causal: return cache.map { plan.device == .cpu && $0.suitsKernels } ?? true
    case .grouped: return cache == nil
    case .allowed, .none: return false
    }
  }

  private static func layout(
    _ batch: TokenBatch, _ packing: Packing, _ cache: KeyValueCache?, window: Int, _ positions: Tensor,
    starts: Tensor?
  ) throws -> PackedAttention.Layout {
    let plain = window > 0 ? PackedAttention.Layout.Window(size: window) : nil
    if cache != nil { return try PackedAttention.Layout(lengths: batch.lengths, window: plain) }
    let alignmentPadding = packing.alignmentPadding
    let lengths = batch.lengths + (alignmentPadding > 0 ? [alignmentPadding] : [])
    func ofSequences(_ numbers: [Int32]) -> [Int32] { packing.expansion?.order.map { numbers[$0] } ?? numbers }
    guard case .grouped(let groups) = batch.mask else {
      return try PackedAttention.Layout(lengths: lengths, window: plain, cumulative: starts)
    }
    // Continuations of one prompt lie one after the other, but each begins where the prompt ends.
    let stated =
      window > 0
      ? PackedAttention.Layout.Window(size: window, positions: ofSequences(try positions.integers().map(Int32.init)))
      : nil
    return try PackedAttention.Layout(
      lengths: lengths, groups: ofSequences(groups + repeatElement(0, count: alignmentPadding)), window: stated)
  }

  /// What tokens after `start` cached ones may look at, on the grid: `causal` by itself counts from the first key.
  private static func mask(
    _ batch: TokenBatch, _ grid: PaddedGrid, after start: Int, window: Int, _ device: Device
  ) throws -> AttentionMask {
    let end = start + batch.time
    switch batch.mask {
    case .grouped(let groups):
      guard window == 0 else {
        throw TorchError.operationFailed(
          operation: "attention", arguments: "\(batch.sequenceCount) sequences of \(batch.time) tokens",
          reason:
            "on this device, labels cannot be scored behind a text that is longer than the model's window of \(window): score on the CPU, or shorten the texts (--max-length)"
        )
      }
      return try grid.allowed(groups)
    case .causal:
      if start == 0, window == 0 { return .causal }
      if batch.time == 1, window == 0 { return .none }
      let keys = try Tensor(Array(0..<end), on: device)
      let queries = try Tensor(Array(start..<end), on: device).unsqueezed(1)
      let earlier = try keys.isLessOrEqual(to: queries)  // [time, start + time]
      guard window > 0 else { return .allowed(earlier) }
      return .allowed(try earlier.and(queries.isLessOrEqual(to: keys + Double(window - 1))))
    case .allowed, .none: return batch.mask
    }
  }
}
