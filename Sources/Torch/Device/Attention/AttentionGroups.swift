/// Sequences that are a prompt with continuations, each of a group of its own.
struct AttentionGroups {
  /// One sequence: how many tokens the prompt has, then each continuation.
  private struct Sequence {
    let start: Int
    let prompt: Int
    let continuations: [Int]
    /// Whether the prompt comes first and every group is in one piece.
    let isOrdered: Bool
  }

  private let sequences: [Sequence]

  /// - Parameters:
  ///   - groups: Of each packed token; 0: the prompt.
  ///   - starts: Where sequences begin, and the last one's end.
  init(_ groups: [Int32], starts: [Int64]) {
    sequences = zip(starts, starts.dropFirst()).map { start, end in
      let own = groups[Int(start)..<Int(end)]
      let prompt = own.prefix { $0 == 0 }.count
      var (counts, seen, last): ([Int], Set<Int32>, Int32?) = ([], [0], nil)
      var isOrdered = true
      for group in own.dropFirst(prompt) {
        if group == last {
          counts[counts.count - 1] += 1
          continue
        }
        isOrdered = isOrdered && seen.insert(group).inserted
        counts.append(1)
        last = group
      }
      return Sequence(start: Int(start), prompt: prompt, continuations: counts, isOrdered: isOrdered)
    }
  }

  /// Whether ``merged(queries:keys:values:)`` gives what the groups say.
  var isMergeable: Bool { sequences.allSatisfy(\.isOrdered) }

  /// With results o₁, o₂ and log-sum-exps l₁, l₂ over two sets of keys, over both: (e^{l₁−m} o₁ + e^{l₂−m} o₂) / (e^{l₁−m} + e^{l₂−m}),
  /// m = max(l₁, l₂). Forward only. → [tokens, heads, headDim]
  func merged(queries: Tensor, keys: Tensor, values: Tensor) throws -> Tensor {
    let device = queries.device
    // Every part looks at itself.
    let own = try PackedRows(lengths: sequences.flatMap { [$0.prompt] + $0.continuations }, on: device)
    let selves = try VarlenAttention(
      queries: queries, keys: keys, values: values, rows: (own, own), causal: true, window: nil
    ).forward()
    let later = sequences.flatMap { sequence in
      let first = sequence.start + sequence.prompt
      return Array(first..<first + sequence.continuations.reduce(0, +))
    }
    guard !later.isEmpty, sequences.contains(where: { $0.prompt > 0 }) else { return selves.output }
    // The continuations look at their prompt, all of one prompt in one row.
    let prompts = sequences.flatMap { Array($0.start..<$0.start + $0.prompt) }
    let (laterTokens, promptTokens) = (try Tensor(later, on: device), try Tensor(prompts, on: device))
    let toPrompts = try VarlenAttention(
      queries: queries.gathered(0, rows: laterTokens), keys: keys.gathered(0, rows: promptTokens),
      values: values.gathered(0, rows: promptTokens),
      rows: (
        PackedRows(lengths: sequences.map { $0.continuations.reduce(0, +) }, on: device),
        PackedRows(lengths: sequences.map(\.prompt), on: device)
      ), causal: false, window: nil
    ).forward()
    let type = queries.dtype ?? .float32
    let ownSums = try selves.logSums.gathered(1, rows: laterTokens)  // [heads, later]
    // What the second set adds: σ(l₂ − l₁) of the whole.
    let share = try (toPrompts.logSums - ownSums).sigmoid().transposed(0, 1).unsqueezed(2)  // [later, heads, 1]
    let first = try selves.output.gathered(0, rows: laterTokens).converted(to: .float32)
    let second = try toPrompts.output.converted(to: .float32)
    let both = try first + (second - first) * share
    return try selves.output.replacing(0, rows: laterTokens, with: both.converted(to: type))
  }
}
