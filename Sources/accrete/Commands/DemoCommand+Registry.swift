import Evolution
import Files
import Foundation
import Generation
import Learning
import Records
import Registry
import Runs
import Serving
import Streams
import TaskModels
import Torch

/// The second half of the demo: what was learned goes into a registry, a fourth task comes later, texts find their tasks.
extension DemoCommand {
  func showRegistry(of run: URL, in folder: URL, _ printer: ProgressPrinter) throws {
    let actor = ProcessInfo.processInfo.userName
    let threads = threads ?? DefaultThreads.count
    try TorchRuntime.setThreads(threads)
    let base = try Base(folder: self.base)
    let url = folder.appendingPathComponent("registry")
    let (option, name) = ("--registry \(shellWords([url.path]))", EmbeddedResources.argument(for: base.folder.path))
    try Console.output("\nA registry: what a team lives with. The three tasks of the first run go in.\n")
    try Console.output("$ accrete init --base \(name) \(option)\n$ accrete registry add \(run.path) \(option)")
    let registry = try Registry.create(at: url, base: BaseRecord(base, path: name), actor: actor)
    let stored = try StoredRun(run, model: base.model)
    let adopted = AdoptedTasks(run: stored, base: base, threads: threads, actor: actor)
    for task in stored.learned {
      try show(adopted.adopt(task, in: registry) { Self.tell($0, printer) })
    }

    // Beside the registry, so that it can be looked at and learned again.
    for file in ["tickets", "unseen"] {
      let source = try EmbeddedResources.demo("\(file).jsonl")
      try AtomicFile.write(Data(contentsOf: source), to: folder.appendingPathComponent("\(file).jsonl"))
    }
    let tickets = folder.appendingPathComponent("tickets.jsonl")
    let instruction = "What is this message to the shop about?"
    try Console.output("\nNext month: a fourth task. What the first three answer must not change by a bit.\n")
    var options = LearnOptions()
    (options.learningRate, options.maxEpochs, options.threads, options.seed) = (0.003, short ? 1 : 6, threads, seed)
    try Console.output(
      "$ accrete learn \(tickets.path) --instruction \"\(instruction)\" --learning-rate 0.003 --max-epochs \(options.maxEpochs) \(option)"
    )
    var job = LearnJob(
      file: tickets, options: options, program: "accrete \(Manifest.accreteVersion)", actor: actor)
    (job.instruction, job.isToyBase) = (instruction, true)
    let outcome = try Learn(job, in: registry, on: base, report: { Self.tell($0, printer) }).run()
    try show(outcome)
    for gate in outcome.gates.gates where gate.id == "G2" || gate.id == "G4" {
      try Console.output("  \(gate.id) \(LearnPrinter.word(gate)): \(gate.finding)")
    }
    try showAnswers(folder.appendingPathComponent("unseen.jsonl"), registry, base, option)
    try Console.output("\nGo on with what was made:\n")
    for command in [
      "accrete list \(option)", "accrete show tickets \(option)",
      "accrete explain \"The password link never reaches my mailbox.\" \(option)",
      "accrete rollback --dry-run \(option)", "accrete learn YOUR.csv \(option)", "accrete report \(run.path)",
    ] { try Console.output("  \(command)") }
  }

  private func show(_ outcome: LearnOutcome) throws {
    let accuracy = outcome.metrics.first { $0.name == "accuracy" }
    try Console.output(
      "\(outcome.version.reference)  \(RegistryText.score(accuracy)), "
        + (outcome.release.map { "released, as release \($0.revision)" } ?? "held back by a gate")
        + (outcome.head.map { "; answers by the output head \($0.rawValue)" } ?? ""))
  }

  /// What takes long is seen; what is odd is said at the end of commands, of which this is none.
  private static func tell(_ progress: EvolutionProgress, _ printer: ProgressPrinter) {
    switch progress {
    case .training(.training(let report, _, _)): printer.passing("tickets: step \(report.step)")
    case .scoring(let done, let count): printer.passing("scoring \(done)/\(count)")
    case .proved(let task, let requests, _): printer.passing("\(requests) requests of \(task) answered again")
    default: break
    }
  }

  /// Routed and answered: a line for each text.
  private func showAnswers(_ file: URL, _ registry: Registry, _ base: Base, _ option: String) throws {
    try Console.output("\nTexts that nobody has seen find their task by themselves; one is like none of them.\n")
    try Console.output("$ accrete predict \(file.path) --route \(option)")
    let rows = try RequestRow.read(file).rows.map { try $0.get() }
    let predictor = try Predictor(registry, on: base, task: nil, routes: true, unknown: .refuse)
    let answers = try predictor.answers(rows).map { try $0.get() }
    let lines = answers.map { answer -> [String] in
      let text = String(answer.row.text.prefix(60)) + (answer.row.text.count > 60 ? "…" : "")
      guard let task = answer.task, let known = answer.answer else {
        return ["unknown", "refused", "\(fixed(answer.route?.distance ?? 0, 1)) times the usual distance", text]
      }
      return [task, known.text, "p \(fixed(known.confidence ?? 0, 3))", text]
    }
    try Console.output(RegistryText.table([["task", "label", "", "text"]] + lines))
    let right = try zip(rows, answers).count { row, answer in
      let fields = try JSONFile.decode(JSONTree.self, from: Data(row.json.utf8), path: file.path)
      return fields["meant"]?.string == answer.task
    }
    try Console.output(
      "\(right) of \(rows.count) went where whoever wrote them meant them to go; a request that carries its task's instruction always does."
    )
  }
}
