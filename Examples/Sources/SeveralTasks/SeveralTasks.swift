import Evolution
import Foundation
import Generation
import Records
import Registry
import Serving
import TaskModels

/// Several tasks in one registry: each text finds its task, and the task its answer.
///
/// `swift run several-tasks [BASE]`, in `Examples/`. BASE is a Hugging Face folder; without it, it is the small embedded base.
/// The rows are those of `accrete demo`.
@main enum SeveralTasks {
  static func main() throws {
    let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Sources/accrete/Resources").standardizedFileURL
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("several-tasks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let given = CommandLine.arguments.dropFirst().first.map { URL(fileURLWithPath: $0) }
    let base = try Base(folder: given ?? resources.appendingPathComponent("base/seedling"))
    let registry = try Registry.create(
      at: home.appendingPathComponent("registry"), base: BaseRecord(base, path: base.folder.path), actor: "ann")

    // One task after the other: each release serves all that there are, and learning a task changes no other.
    var options = LearnOptions()
    options.outputHead = .ridge
    for name in ["comments", "headlines"] {
      let job = LearnJob(
        file: resources.appendingPathComponent("demo/\(name).jsonl"), options: options, program: "several-tasks",
        actor: "ann")
      let outcome = try Learn(job, in: registry, on: base).run()
      let score = outcome.metrics.first.map { "\($0.name) \(String(format: "%.2f", $0.value))" } ?? ""
      print("\(outcome.version.reference): \(outcome.release == nil ? "held back" : "released"), \(score)")
    }

    guard let release = try registry.currentRelease(), let router = try registry.router(of: release.manifest) else {
      return print("nothing is released")
    }
    let texts = [
      "You are a pathetic clown and nobody wants to see your ugly face.",
      "You Won't Believe What This Grandmother Found Behind Her Fridge",
      "for (int i = 0; i < n; i++) { sum += a[i]; }",
    ]
    for (text, route) in zip(texts, try router.routes(texts, on: base)) {
      if let task = route.task {
        print("\(text) → \(task): \(try registry.load(task, on: base).predict(text).text)")
      } else {
        print("\(text) → no task claims it; it falls to \(route.nearest)")
      }
    }
  }
}
