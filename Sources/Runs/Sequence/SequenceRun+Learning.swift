import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Records
import Streams
import TaskModels
import Torch

extension SequenceRun {
  /// Learns one task, or what is left of it, stores its expert, scores the next row and writes a checkpoint.
  func learn(_ task: PreparedTask) throws {
    let device = base.model.device
    try TorchRuntime.resetPeak(device)
    var cost = try train(task)
    cost.trainingSeconds += try solveHeads(with: task)
    learned += 1
    cost.servedBytes = try storeExpert(of: task)
    let owned = try ownedTensors(of: task)
    cost.expertBytes = owned.reduce(0) { $0 + $1.byteCount }
    cost.expertNumbers = owned.reduce(0) { $0 + $1.count }
    if configuration.outputHead.hasExpert {
      statistics += try method.statistics(of: task.identity).map { TaskStatistic(task: task.task.name, $0) }
    }

    let clock = ContinuousClock()
    let start = clock.now
    try scoreRow(learned)
    try scoreRouted(learned)
    cost.evaluationSeconds = start.duration(to: clock.now).seconds
    cost.methodBytes = allTensors.values.reduce(0) { $0 + $1.byteCount }
    cost.methodNumbers = allTensors.values.reduce(0) { $0 + $1.count }
    cost.peakResidentBytes = ProcessMemory.peakResidentBytes
    if let use = try TorchRuntime.use(of: device) {
      (cost.device, cost.deviceMemoryPeak, cost.deviceMemoryReserved) = (use.device, use.peak, use.reserved)
    }
    costs.append(cost)
    try saveCheckpoint()
    report(.learned(cost))
  }

  /// Learns one task, or what is left of it. Returns what that cost; what comes after is zero there.
  private func train(_ task: PreparedTask) throws -> TaskCosts {
    var cost = TaskCosts(
      task: task.task.name, trainedParameters: 0, steps: 0, trainingTokens: 0, trainingSeconds: 0, tokensPerSecond: 0,
      evaluationSeconds: 0, expertBytes: 0, methodBytes: 0, peakResidentBytes: 0)
    guard configuration.outputHead.hasExpert else { return cost }
    let material = material(of: task)
    // All rows were learned when the first task arrived.
    if material.examples.isEmpty, method.trainingRows == .allAtOnce { return cost }
    let training = try TaskTraining(
      material, model: base.model, method: method, heads: heads, options: configuration.training,
      seed: configuration.seed)
    if let state = stopped { try training.restore(state) }
    cost.trainingSeconds = try takeSteps(training, of: task, before: stopped == nil ? 0 : stoppedSeconds)
    stopped = nil
    cost.trainedParameters = training.parameters.count
    cost.trainingTokens = training.tokensRead
    cost.steps = training.stepsDone
    cost.tokensPerSecond = Double(cost.trainingTokens) / max(cost.trainingSeconds, 1e-9)
    try training.finish()
    return cost
  }

  /// All steps that are left, with their events and checkpoints. Returns the seconds that the task took, `before` included.
  private func takeSteps(_ training: TaskTraining, of task: PreparedTask, before: Double) throws -> Double {
    let name = task.task.name
    let clock = ContinuousClock()
    let start = clock.now
    let (tokensBefore, stepsBefore) = (training.tokensRead, training.stepsDone)
    var elapsed: Double { start.duration(to: clock.now).seconds }
    while !training.isDone {
      do {
        guard let step = try training.step() else { break }
        let speed = Double(training.tokensRead - tokensBefore) / max(elapsed, 1e-9)
        try events?.append(StepEvent(task: name, step: step))
        try timings?.append(
          TimingEvent(
            task: name, step: step.step, seconds: before + elapsed, tokensPerSecond: speed,
            use: TorchRuntime.use(of: base.model.device)))
        report(
          .training(
            task: name, number: learned + 1, of: tasks.count, report: step, tokensPerSecond: speed,
            secondsLeft: elapsed / Double(step.step - stepsBefore) * Double(step.totalSteps - step.step)))
      } catch let error as LearningError {
        // The state before the step that failed, so that it can be looked at.
        try saveCheckpoint(of: name, training, seconds: before + elapsed)
        throw error
      }
      // The last step always leaves one: what follows takes time too.
      try afterStep(of: name, training, seconds: before + elapsed, due: pace.step() || training.isDone)
    }
    return before + elapsed
  }

  /// Writes what the task alone owns, if the method keeps something per task: as it was frozen, in bfloat16. Returns the tensors' bytes on disk.
  private func storeExpert(of task: PreparedTask) throws -> Int {
    guard configuration.outputHead.hasExpert, let expert = try method.ownedExpert(of: task.identity) else { return 0 }
    let target = try folder.inside(folder.expert(task.task.name))
    let archive = try ExpertArchive.write(
      expert, name: task.task.name, method: configuration.method, baseDigest: manifest.baseDigest,
      baseConfiguration: base.model.declared, tokenizerDigest: manifest.tokenizerDigest,
      promptDigest: Manifest.promptDigest(of: [task]), to: target)
    for name in ExpertArchive.files {
      let file = target.appendingPathComponent(name)
      folder.record(try Digest(ofFile: file), at: file)
    }
    return archive.bytes
  }
}
