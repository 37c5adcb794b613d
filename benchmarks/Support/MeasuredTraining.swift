package import Decoder
package import Experts
package import Learning
import Records
package import Streams
import Torch

/// A task that is learned to see how fast that goes.
package enum MeasuredTraining {
  /// What plain LoRA is called.
  package static let lora = ["lora", "lora-ffn", "lora-all"]

  /// - Parameters:
  ///   - material: Its rows, and which of them make a batch.
  ///   - model: The base.
  ///   - name: ``MoECL/name``, or one of ``lora``, which are plain LoRA: where it plugs in is said by `shape`.
  ///   - shape: Of the experts.
  ///   - tasksBefore: How many tasks were there. MoE-CL's adversary has nothing to do in the first one.
  ///   - epochs: Passes over the material.
  ///   - checkpointing: Whether activations are computed again.
  /// - Throws: ``UsageError`` for another name; as `TaskTraining` does.
  package static func make(
    _ material: (rows: [EncodedExample], plan: [[Int]]), on model: DecoderModel, method name: String,
    _ shape: LowRankShape, tasksBefore: Int, epochs: Int, checkpointing: Bool
  ) throws -> TaskTraining {
    // A mistyped method would be measured as plain LoRA.
    guard name == MoECL.name || lora.contains(name) else {
      throw UsageError("--method: \(lora.joined(separator: ", ")) or \(MoECL.name) expected, got \(name)")
    }
    let context = MethodContext(base: model.configuration, device: model.device, shape: shape, seed: 0)
    let method = try MethodCatalog.make(name == MoECL.name ? MoECL.name : Sequential.name, context)
    for index in 0..<max(tasksBefore, 0) {
      let earlier = TaskIdentity(name: "task \(index)", index: index)
      _ = try method.begin(earlier, on: TaskProbe(earlier, examples: [], model: model, seed: 0))
    }
    var options = TrainingOptions()
    options.epochs = epochs
    options.gradientCheckpointing = checkpointing
    let plan = material.plan
    return try TaskTraining(
      TaskTraining.Material(
        task: TaskIdentity(name: "learned", index: max(tasksBefore, 0)), examples: material.rows, labels: 0
      ) { _ in
        plan
      }, model: model, method: method, heads: nil, options: options, seed: 0)
  }
}
