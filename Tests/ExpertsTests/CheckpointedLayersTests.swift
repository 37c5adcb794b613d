import Decoder
import Testing
import Torch

@testable import Experts

/// Does a layer that is computed again in the backward pass give the same gradients?
@Suite struct CheckpointedLayersTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  /// Projection by projection, where masks are drawn one at a time.
  @Test func allProjections() throws {
    let shape = try LowRankShape(rank: 4, alpha: 8, dropout: 0.3, projections: Projection.allCases)
    let batch = try TokenBatch([[1, 2, 3], [4], [5, 6, 7, 8, 9]])
    let indices = try Tensor([2, 3, 8])
    func gradients(checkpointing: Bool) throws -> (Tensor, Tensor) {
      let expert = try model.newExpert(shape, seed: 1)
      let named = expert.tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      for (number, entry) in named.enumerated() {
        try Generator(seed: UInt64(number)).fillNormal(entry.1, deviation: 0.2)
      }
      let flat = try FlatParameters(named.map { FlatParameters.Parameter(name: $0.0, tensor: $0.1) })
      let stream = DropoutStream(seed: 3)
      let selection = LowRankSelection(expert, dropout: Dropout(0.3, from: stream))
      let states = try model.tracedStates(batch, experts: selection, at: indices, checkpointing: checkpointing)
      let direction = try Tensor(uninitialized: states.value.shape)
      try Generator(seed: 9).fillNormal(direction, deviation: 1)
      _ = try withoutGradients { try states.pullback?(direction, false) }
      return (states.value, try flat.gradients.cloned())
    }
    let (kept, again) = (try gradients(checkpointing: false), try gradients(checkpointing: true))
    #expect(try kept.0.isEqual(to: again.0) && kept.1.isEqual(to: again.1))
    #expect(try kept.1.norm().item() > 0.01)
  }
}
