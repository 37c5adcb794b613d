import Decoder
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does computing activations again in the backward pass change anything?
@Suite struct CheckpointingTests {
  private func learned(_ name: String, mode: AdversaryMode, checkpointing: Bool) throws -> (Tensor, [StepReport]) {
    let model = try Goldens.model()
    let method = try TinyTasks.method(name, model, mode: mode, dropout: 0.3)
    _ = try method.begin(TinyTasks.identities[0])
    var options = options(batch: 4, epochs: 2)
    options.gradientCheckpointing = checkpointing
    let training = try TinyTasks.training(TinyTasks.identities[1], model, method, options: options)
    let reports = try run(training)
    return (try training.parameters.values.cloned(), reports)
  }

  /// Dropout masks, the adversary's leaves and all gradients are the same, so that the experts have the same bits.
  @Test(arguments: ["sequential", "moe-cl"], [AdversaryMode.off, .paper, .isolated])
  func changesNoBit(method: String, mode: AdversaryMode) throws {
    let (kept, reports) = try learned(method, mode: mode, checkpointing: false)
    let (again, others) = try learned(method, mode: mode, checkpointing: true)
    #expect(reports.count == 6 && reports.map(\.loss) == others.map(\.loss))
    #expect(reports.map(\.terms) == others.map(\.terms))
    #expect(try kept.isEqual(to: again))
  }
}
