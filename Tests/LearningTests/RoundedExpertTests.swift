import Decoder
import Experts
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is what is frozen rounded to bfloat16 when its task ends, before it is scored, and nothing else?
@Suite struct RoundedExpertTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private static let first = TinyTasks.identities[0]
  private static let second = TinyTasks.identities[1]

  /// Factors of a task that is done: numbers of A and B, not gains, vectors, gates or masks.
  private func factors(_ method: any ContinualMethod, _ task: TaskIdentity) throws -> [String: Tensor] {
    try method.ownedTensors(of: task).filter { $0.key.hasSuffix(".A") || $0.key.hasSuffix(".B") }
  }

  @Test(arguments: ["per-task", "any-ssr", "moe-cl", "mocl", "o-lora", "accrete"])
  func aTaskThatIsDoneIsKeptInHalfTheBytes(name: String) throws {
    let method = try TinyTasks.method(name, model)
    let training = try TinyTasks.training(Self.first, model, method, options: options())
    while try training.step() != nil {}
    #expect(try factors(method, Self.first).values.allSatisfy { $0.dtype == .float32 })
    let trained = try factors(method, Self.first).mapValues { try $0.detached().cloned() }
    try training.finish()
    let kept = try factors(method, Self.first)
    #expect(!kept.isEmpty && kept.keys.sorted() == trained.keys.sorted())
    for (name, tensor) in kept {
      let rounded = try #require(trained[name]).converted(to: .bfloat16)
      #expect(try tensor.dtype == .bfloat16 && tensor.digest() == rounded.digest(), "\(name)")
    }
    // What trains next is in float32, and its training leaves what is done alone.
    let done = try digests(kept)
    let next = try TinyTasks.training(Self.second, model, method, options: options())
    #expect(try factors(method, Self.second).values.allSatisfy { $0.dtype == .float32 })
    while try next.step() != nil {}
    #expect(try digests(factors(method, Self.first)) == done)
  }

  /// What serves a task, number for number, is what is written for it.
  @Test(arguments: ["per-task", "any-ssr", "mocl", "moses", "accrete"])
  func whatIsScoredIsWhatIsWritten(name: String) throws {
    let method = try TinyTasks.method(name, model)
    for task in TinyTasks.identities {
      try run(TinyTasks.training(task, model, method, options: options()))
      let written = try #require(try method.ownedExpert(of: task))
      #expect(written.isRounded)
      let served = try #require(try method.selection(for: task) as? LowRankSelection).expert
      #expect(served.shape.rank == written.shape.rank)
      #expect(served.tensors.values.allSatisfy { $0.dtype == .float32 })
      #expect(try digests(served.tensors) == digests(written.widened().tensors))
    }
  }

  /// The shared expert and the gates of MoE-CL go on training, in float32; a task's own expert does not.
  @Test func whatGoesOnTrainingKeepsItsType() throws {
    let method = try #require(try TinyTasks.method("moe-cl", model) as? MoECL)
    try run(TinyTasks.training(Self.first, model, method, options: options()))
    #expect(method.sharedExpert.tensors.values.allSatisfy { $0.dtype == .float32 })
    #expect(method.gates.allSatisfy { $0.dtype == .float32 })
    #expect(method.ownedExpert(of: Self.first)?.isRounded == true)
    for name in ["sequential", "joint", "replay", "ewc", "a-gem", "lwf"] {
      let method = try TinyTasks.method(name, model)
      try run(TinyTasks.training(Self.first, model, method, options: options()))
      #expect(method.tensors.values.allSatisfy { $0.dtype == .float32 }, "\(name)")
    }
  }

  /// A checkpoint inside of the second task holds both types, and is read again as it was; factors of other types, or of both in one expert, are refused.
  @Test(arguments: ["per-task", "any-ssr", "moe-cl", "mocl", "o-lora"])
  func aStateInTheMiddleOfATask(name: String) throws {
    let method = try TinyTasks.method(name, model)
    try run(TinyTasks.training(Self.first, model, method, options: options()))
    let training = try TinyTasks.training(Self.second, model, method, options: options())
    _ = try training.step()
    let tensors = try method.tensors.mapValues { try $0.detached().cloned() }
    let tasks = [Self.first, Self.second]
    let again = try TinyTasks.method(name, model)
    try again.restore(tasks: tasks, tensors: tensors)
    #expect(try digests(again.tensors) == digests(tensors))
    let factor = try #require(factors(method, Self.first).keys.min())
    let key = try #require(tensors.keys.first { $0.hasSuffix(factor) && $0.contains(Self.first.name) })
    for type in [DType.float32, .float16] {
      var mixed = tensors
      mixed[key] = try #require(tensors[key]).converted(to: type)
      #expect(throws: LearningError.self) { try TinyTasks.method(name, model).restore(tasks: tasks, tensors: mixed) }
    }
  }
}
