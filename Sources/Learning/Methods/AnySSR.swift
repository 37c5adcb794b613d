// Any-SSR: a LoRA for each task, and a router in closed form over tasks (Tong et al., arXiv 2503.13575).
//
//     h = W x + (α / r) B_t A_t x                               (Hu et al., arXiv 2106.09685)
//     L = L_task
//     t = argmax of a ridge regression on random features of the frozen base: Routing/AnalyticRouter.swift
//
// Per-task LoRA in everything that trains: with the task given, both have the same scores, bit for bit. Where the task is inferred, the router
// chooses the LoRA. It sees a request's mean after the base's first layers, is updated without gradients when a task ends, and never
// chooses the base. The paper puts LoRAs only on the layers after those that feed the router, so that these are computed once for both;
// here they are on all layers, as with every method.
//
// Frozen: every LoRA when its task ends, rounded to bfloat16. What it costs: one LoRA for each task, and once the router, which is larger than they are
// (8 MB at the default E; `methodBytes` counts it); a pass over the task's rows, E² operations for each row, and E³ once
// after it, when the first request is routed.

import Decoder
import Experts
public import Torch

/// A LoRA for each task and a router by ridge regression.
public final class AnySSR: PerTask {
  public override class var name: String { "any-ssr" }
  public override class var summary: String? {
    "a LoRA for each task, and a closed-form router that finds the task (arXiv 2503.13575)"
  }
  public override class var hyperparameters: [Hyperparameter] { AnalyticRouter.hyperparameters }

  private var routing: AnalyticRouter

  public override init(_ context: MethodContext) throws {
    routing = try AnalyticRouter(context)
    try super.init(context)
  }

  public override var router: (any TaskRouter)? { routing.tasks > 0 ? routing : nil }

  public override func end(_ task: TaskIdentity, on probe: TaskProbe) throws {
    try super.end(task, on: probe)
    guard routing.tasks <= task.index else { return }
    guard routing.tasks == task.index else {
      throw LearningError.stateDiffers(
        what: Self.name, missing: ["the router's task \(routing.tasks), before \(task.name)"], unused: [])
    }
    try routing.learn(probe.features(routing.view))
  }

  public override var tensors: [String: Tensor] { super.tensors.merging(routing.tensors) { first, _ in first } }

  public override func restore(tasks: [TaskIdentity], tensors: [String: Tensor]) throws {
    try routing.restore(arrived: tasks.count, tensors, of: Self.name)
    try super.restore(tasks: tasks, tensors: tensors)
  }
}
