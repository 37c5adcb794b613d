import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does a training step on a device read once, and send once for each micro-batch?
@Suite struct DeviceTrafficTests {
  @Test(arguments: ["sequential", "moe-cl", "accrete", "lora-per-task", "o-lora"])
  func oneReadAStep(method: String) throws {
    guard TinyTasks.methods.contains(method) else { return }
    try TorchRuntime.setThreads(1)
    try Kernels.rehearsingDevice(true) {
      let model = try Goldens.model()
      let learner = try TinyTasks.method(method, model, dropout: 0.1)
      _ = try learner.begin(TinyTasks.identities[0])
      let training = try TinyTasks.training(TinyTasks.identities[1], model, learner, options: options(epochs: 2))
      // The first one has a dry run, and looks whether anything moved.
      _ = try training.step()
      let (report, traffic) = try HostTraffic.counted { try training.step() }
      #expect(report?.loss.isFinite == true)
      #expect(traffic.reads == 1, "\(method) reads \(traffic.reads) times")
      #expect(traffic.writes == 1, "\(method) sends \(traffic.writes) times")
    }
  }

  /// Copies of what trained, which hold the flat values, end with the task.
  @Test func copiesEndWithTheTask() throws {
    try TorchRuntime.setThreads(1)
    try Kernels.rehearsingDevice(true) {
      let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: .bfloat16)
        .computing(in: .bfloat16)
      let task = TinyTasks.identities[0]
      let training = try TinyTasks.training(
        task, model, TinyTasks.method("sequential", model), options: options(epochs: 1))
      while try training.step() != nil {}
      #expect(training.halfFactors != nil)
      try training.finish()
      #expect(training.halfFactors == nil)
    }
  }
}
