import ModelConfiguration
import Torch

/// The routed experts of a layer in three tensors: a device multiplies the tokens of all experts in one call for each projection, forward
/// and back, and the host need not know which tokens visit which expert.
struct StackedExperts: Sendable {
  private let gate: StackedMatrices  // [experts, intermediate, hidden]
  private let up: StackedMatrices  // [experts, intermediate, hidden]
  private let down: StackedMatrices  // [experts, hidden, intermediate]
  private let activation: Activation

  /// - Returns: `nil` where grouped products do not take them.
  init?(_ experts: [FeedForward]) throws {
    guard let first = experts.first, experts.allSatisfy({ $0.activation == first.activation }),
      let gate = try StackedMatrices(experts.map(\.gate)), let up = try StackedMatrices(experts.map(\.up)),
      let down = try StackedMatrices(experts.map(\.down))
    else { return nil }
    (self.gate, self.up, self.down, activation) = (gate, up, down, first.activation)
  }

  /// The experts one by one; they share the memory.
  var experts: [FeedForward] {
    gate.matrices.indices.map {
      FeedForward(gate: gate.matrices[$0], up: up.matrices[$0], down: down.matrices[$0], activation: activation)
    }
  }

  func suits(_ x: Tensor) -> Bool { gate.suits(x) && down.suits(x) }

  /// The visits of a batch, sorted by expert on their device.
  struct Visits {
    /// The token at each position. int64 [positions]
    let tokens: Tensor
    /// The slot at each position: token · active + its number. int64 [positions]
    let slots: Tensor
    /// The position of each slot. int64 [slots]
    let positions: Tensor
    /// Behind the last position of each expert. int32 [experts]
    let ends: Tensor

    /// `visited`: int64 [tokens, active]
    init(_ visited: Tensor, of shape: MoEShape) throws {
      let (tokens, active) = (visited.shape[0], visited.shape[1])
      let flat = try visited.reshaped([tokens * active])
      slots = try flat.sortingOrder()
      positions = try slots.sortingOrder()
      ends = try flat.countedUpTo(shape.experts)
      self.tokens = try Tensor.counted(tokens, on: visited.device).unsqueezed(1).expanded([tokens, active])
        .reshaped([tokens * active]).gathered(0, rows: slots)
    }
  }

  /// `x`: the input at each position, [positions, hidden] → the same.
  func forward(_ x: Tensor, ends: Tensor, tracing: Bool) throws -> Traced {
    let (gated, upped) = (try gate.product(x, ends: ends), try up.product(x, ends: ends))  // [positions, intermediate]
    let middle = try GatedLinearUnit.forward(activation, gate: gated, up: upped)
    return Traced(try down.product(middle, ends: ends), tracing: tracing) { gradient, toInput in
      guard toInput else { return nil }
      let byMiddle = try down.transposedProduct(gradient, ends: ends)  // [positions, intermediate]
      let inner = try GatedLinearUnit.backward(activation, byMiddle, gate: gated, up: upped)
      return try gate.transposedProduct(inner.gate, ends: ends) + up.transposedProduct(inner.up, ends: ends)
    }
  }
}
