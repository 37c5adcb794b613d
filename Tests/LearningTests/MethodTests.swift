import Decoder
import Experts
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does each method learn, and take back its state and nothing else?
@Suite struct MethodTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  private func accuracy(_ method: any ContinualMethod, _ task: TaskIdentity) throws -> Double {
    let predictions = try Evaluator(model).predictions(
      TinyTasks.examples(task), labels: TinyTasks.labels(task), head: nil, experts: method.selection(for: task))
    return Double(predictions.count(where: \.isRight)) / Double(predictions.count)
  }

  @Test(arguments: AdversaryMode.allCases)
  func twoTasksWithAnAdversary(mode: AdversaryMode) throws {
    let method = try TinyTasks.method("moe-cl", model, mode: mode)
    let extra: [AdversaryMode: Set<String>] = [
      .paper: ["adversary.gan"], .released: ["adversary.gan"],
      .isolated: ["adversary.discriminator", "adversary.confusion"], .off: [],
    ]
    for task in TinyTasks.identities.prefix(2) {
      let reports = try run(TinyTasks.training(task, model, method, options: options(rate: 0.02, epochs: 15)))
      // The released code has its term at the first task, too.
      let isAlone = task.index == 0 && mode != .released
      let expected = isAlone ? ["task"] : Set(["task"]).union(extra[mode] ?? [])
      for report in reports {
        #expect(Set(report.terms.keys) == expected)
        #expect(report.terms.values.allSatisfy(\.isFinite) && report.loss.isFinite && report.gradientNorm > 0)
      }
      let (first, last) = try (#require(reports.first?.terms["task"]), #require(reports.last?.terms["task"]))
      #expect(last < 0.5 * first, "task \(task.name): \(first) → \(last)")
      #expect(try accuracy(method, task) >= 0.9)
    }
  }

  @Test(arguments: TinyTasks.methods.filter { $0 != "moe-cl" })
  func twoTasks(name: String) throws {
    // Without dropout: with it o-lora, whose penalty takes most of the second task's gradient, has 10 to 12 of 12 by the masks' luck.
    let method = try TinyTasks.method(name, model, dropout: 0)
    for task in TinyTasks.identities.prefix(2) {
      try run(TinyTasks.training(task, model, method, options: options(rate: 0.02, epochs: 15)))
      #expect(try accuracy(method, task) >= 0.9)
    }
  }

  @Test func headsLearnToo() throws {
    let method = try TinyTasks.method("moe-cl", model)
    let heads = TaskHeads(try TinyTasks.context(model))
    let task = TinyTasks.identities[0]
    try run(TinyTasks.training(task, model, method, heads: heads, options: options(rate: 0.02, epochs: 15)))
    let predictions = try Evaluator(model).predictions(
      TinyTasks.examples(task), labels: [], head: heads.head(of: task.name, labels: 3),
      experts: method.selection(for: task))
    #expect(predictions.count(where: \.isRight) >= 11)
    #expect(heads.tensors.keys.sorted() == ["heads.tiny0"])
    // A task that has no head yet is scored with a new one, which is not kept.
    #expect(try heads.head(of: "other", labels: 5).shape == [5, 32])
    #expect(heads.tensors.count == 1)
  }

  // MARK: State

  @Test(arguments: TinyTasks.methods)
  func aRestoredMethodIsTheSame(name: String) throws {
    let method = try TinyTasks.method(name, model)
    for task in TinyTasks.identities.prefix(2) {
      try run(TinyTasks.training(task, model, method, options: options()))
    }
    let other = try TinyTasks.method(name, model, seed: 99)
    try other.restore(tasks: Array(TinyTasks.identities.prefix(2)), tensors: method.tensors)
    #expect(try digests(other.tensors) == digests(method.tensors))
    let rows = TinyTasks.examples(TinyTasks.identities[0]).map(\.promptIds)
    for task in TinyTasks.identities {
      func hidden(_ method: any ContinualMethod) throws -> Tensor {
        try model.hiddenStates(TokenBatch(rows), experts: method.selection(for: task))
      }
      #expect(try hidden(method).isEqual(to: hidden(other)))
    }
  }

  @Test(arguments: TinyTasks.methods)
  func aStateThatDoesNotFitIsRefused(name: String) throws {
    let method = try TinyTasks.method(name, model)
    let tasks = Array(TinyTasks.identities.prefix(2))
    for task in tasks {
      let probe = TaskProbe(task, examples: TinyTasks.examples(task), model: model, seed: 3)
      let trained = try FlatParameters(method.begin(task, on: probe))
      try method.end(task, on: probe)
      try trained.release()
    }
    let good = method.tensors
    let fresh = { try TinyTasks.method(name, self.model) }
    for key in good.keys {
      var changed = good
      changed[key] = nil
      expectStateRefused("without \(key)") { try fresh().restore(tasks: tasks, tensors: changed) }
      changed[key] = try Tensor.zeros([7, 7])
      expectStateRefused("\(key) misshapen") { try fresh().restore(tasks: tasks, tensors: changed) }
    }
    var more = good
    more["surprise"] = try Tensor.zeros([1])
    #expect(throws: LearningError.stateDiffers(what: name, missing: [], unused: ["surprise"])) {
      try fresh().restore(tasks: tasks, tensors: more)
    }
    // The others have one LoRA, whatever tasks there were.
    if !["sequential", "joint", "replay", "ewc", "a-gem", "lwf"].contains(name) {
      expectStateRefused { try fresh().restore(tasks: [tasks[0]], tensors: good) }
      expectStateRefused { try fresh().restore(tasks: TinyTasks.identities, tensors: good) }
    }
    try fresh().restore(tasks: tasks, tensors: good)
  }

  @Test func aTaskThatHasNotBegunCannotTrain() throws {
    let batch = try TokenBatch([[1, 2]])
    for name in ["moe-cl", "per-task", "any-ssr", "o-lora", "mocl", "accrete"] {
      #expect(throws: LearningError.self) {
        try TinyTasks.method(name, model).trainingPass(
          TinyTasks.identities[0], over: batch, dropout: DropoutStream(seed: 0))
      }
    }
  }

  @Test func headsOfAnotherModelAreRefused() throws {
    let heads = TaskHeads(try TinyTasks.context(model))
    #expect(throws: ExpertError.self) { try heads.restore(["heads.x": Tensor.zeros([3, 31])]) }
    #expect(throws: ExpertError.self) { try heads.restore(["heads.x": Tensor.zeros([32])]) }
    let rest = try heads.restore(["heads.x": Tensor.zeros([3, 32]), "other": Tensor.zeros([1])])
    #expect(rest.keys.sorted() == ["other"])
  }

  @Test func theCatalog() throws {
    #expect(throws: LearningError.unknownMethod(got: "magic", known: MethodCatalog.names)) {
      try TinyTasks.method("magic", model)
    }
    // Every name is told, the one that was meant first.
    for (given, meant) in [
      ("lora", "which is `sequential` here"), ("lora", "`per-task` gives each task a LoRA of its own"),
      ("acrete", "perhaps `accrete`"), ("AGEM", "perhaps `a-gem`"),
      ("magic", "unknown method `magic`; allowed: "),
    ] {
      let text = "\(LearningError.unknownMethod(got: given, known: MethodCatalog.names))"
      #expect(
        text.contains(meant) && text.contains("`accrete methods`") && !text.contains("more")
          && MethodCatalog.names.allSatisfy { text.contains($0) }, "\(text)")
    }
  }

  /// In a comparison, an option can be meant for one of its methods.
  @Test func optionsWithAPrefixAreOneMethods() throws {
    let given: [String: HyperparameterValue] = ["share": 0.2, "replay.share": 0.3, "ewc.lambda": 5]
    #expect(try MethodCatalog.options(given, for: "replay") == ["share": 0.3])
    #expect(try MethodCatalog.options(given, for: "ewc") == ["share": 0.2, "lambda": 5])
    #expect(throws: LearningError.self) { try MethodCatalog.options(["magic.share": 1], for: "ewc") }
    // A slip in an option of another method is none that nobody sees.
    #expect(throws: LearningError.self) { try MethodCatalog.options(["replay.shares": 1], for: "ewc") }
    #expect(throws: LearningError.self) { try MethodCatalog.options(["moe-cl.adversary": "papr"], for: "ewc") }
    #expect(throws: LearningError.self) { try MethodCatalog.check("ewc", options: ["share": 0.2]) }
    #expect(throws: LearningError.self) { try MethodCatalog.check("ewc", options: ["lambda": -1]) }
    #expect(throws: LearningError.self) { try MethodCatalog.check("accrete", options: ["memory-rows": 2.5]) }
  }

  @Test func moeCLNeedsAllThreeProjections() throws {
    let shape = try LowRankShape(rank: 2, alpha: 2, dropout: 0, projections: [.query, .value])
    let context = MethodContext(base: model.configuration, device: .cpu, shape: shape, seed: 0)
    #expect(throws: LearningError.self) { try MoECL(context) }
    _ = try Sequential(context)
  }
}
