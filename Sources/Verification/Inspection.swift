import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Records
import Runs
import Streams
import TaskModels
import Torch

/// The single checks of a verification. Each returns what it found, or throws what is wrong.
struct Inspection {
  let folder: RunFolder
  let manifest: Manifest
  /// Once they have been read: they give the rows behind the predictions.
  private(set) var tasks: [PreparedTask]?
  private var model: DecoderModel?

  init(folder: RunFolder, manifest: Manifest) {
    self.folder = folder
    self.manifest = manifest
  }

  func configuration() throws -> String {
    try manifest.configuration.validate()
    let digest = try Digest(ofFile: folder.manifest)
    return "manifest.json, \(digest)"
  }

  mutating func sources() throws -> String {
    let (base, prepared, now) = try SequenceRun.prepare(manifest.configuration) { _ in }
    model = base.model
    tasks = prepared
    // The number of threads and the version of libtorch decide further learning, not what is there.
    try manifest.requireSameSources(now, folder: folder.url)
    return "\(manifest.baseDigest), \(manifest.dataDigests.count) data files"
  }

  func checkpoints() throws -> String {
    let positions = try folder.checkpointPositions()
    let digest = try Digest(ofFile: folder.manifest)
    try all(positions) { position in
      let file = folder.checkpoint(position)
      let checkpoint = try RunCheckpoint.read(file).checkpoint
      try same("the manifest of \(file.lastPathComponent)", checkpoint.manifestDigest.description, digest.description)
      try same("tasks in \(file.lastPathComponent)", checkpoint.learned, Array(manifest.tasks.prefix(position.learned)))
    }
    return "\(positions.count), each with the digest that it carries"
  }

  /// Every stored expert is what its archive says, and what every later checkpoint holds; so is every closed-form head.
  func experts() throws -> String {
    guard let model else { throw VerificationError.missing(what: "the base, without which experts cannot be read,") }
    var (archived, heads) = ([String: Digest](), [String: Digest]())
    var compared = 0
    for position in try folder.checkpointPositions() where position.step == nil {
      let stored = try StoredRun(folder.url, model: model, after: position.learned)
      for (index, name) in stored.learned.enumerated() {
        for (part, tensor) in stored.combined?.tensors(of: name) ?? [:] {
          let digest = try tensor.digest()
          try same("`\(part)` in \(position.fileName)", heads[part] ?? digest, digest)
          heads[part] = digest
        }
        guard let expert = try stored.method.ownedExpert(of: TaskIdentity(name: name, index: index)) else { continue }
        let recorded = try archived[name] ?? digestOfArchive(name)
        archived[name] = recorded
        try same(
          "expert `\(name)` in \(position.fileName)", recorded.description,
          ExpertArchive.tensorsDigest(of: expert).description)
        compared += 1
      }
    }
    let closed = heads.isEmpty ? "" : "; \(heads.count) parts of closed-form heads, the same in all checkpoints"
    return "\(archived.count) archives, compared with \(compared) states in checkpoints\(closed)"
  }

  private func digestOfArchive(_ name: String) throws -> Digest {
    let archive = try ExpertArchive.read(folder.expert(name))
    try archive.verify(in: folder.expert(name))
    try same("the name of expert `\(name)`", archive.name, name)
    try same("the method of expert `\(name)`", archive.method, manifest.configuration.method)
    try same("the base of expert `\(name)`", archive.baseDigest, manifest.baseDigest)
    try same("the base's configuration of expert `\(name)`", archive.baseConfiguration, manifest.baseConfiguration)
    try same("the tokenizer of expert `\(name)`", archive.tokenizerDigest, manifest.tokenizerDigest)
    if let task = tasks?.first(where: { $0.task.name == name }) {
      try same("the prompt's form of expert `\(name)`", archive.promptDigest, Manifest.promptDigest(of: [task]))
    }
    return archive.tensorsDigest
  }

  func metrics() throws -> String {
    if let waiting = try waits(folder.metrics) { return waiting }
    guard let recorded = try folder.readMetrics() else { throw VerificationError.missing(what: "metrics.json") }
    var again = try RunMetrics(
      manifest, of: folder, routed: folder.newestRouted(), learned: recorded.tasksLearned, costs: recorded.costs)
    // An earlier version did not say them.
    if recorded.warnings == nil { again.warnings = nil }
    try same("metrics.json", recorded.metrics, again.metrics)
    try same("metrics.json, beside the metrics", recorded, again)
    return recorded.metrics.map(\.name).joined(separator: ", ")
  }

  /// The scores with the task inferred follow from their predictions, and stand in the newest checkpoint.
  func routing() throws -> String {
    guard let routed = try folder.newestRouted() else { return "none: tasks are given" }
    if let waiting = try waits(folder.inferredMatrix) { return waiting }
    guard let recorded = try folder.readInferredMatrix() else {
      throw VerificationError.missing(what: "matrix-inferred.json")
    }
    try same("matrix-inferred.json", recorded.matrix.scores, routed.matrix.scores)
    try same("router accuracies of matrix-inferred.json", recorded.routerAccuracy, routed.routerAccuracy.scores)
    try same("unknown rates of matrix-inferred.json", recorded.unknownRate, routed.unknownRate.scores)
    var cells = 0
    for row in routed.matrix.scores.indices {
      for (column, task) in manifest.tasks.enumerated() {
        guard let score = routed.matrix[row, column] else { continue }
        let answers = try folder.routed(manifest, row: row, task: task)
        let (scoring, location) = (manifest.scoring(of: task), "inferred R[\(row)][\(task)]")
        let found = answers.answers(scoring.answers)
        try same(location, score, found.outcome(scoring, .clean)?.score)
        try check(found, of: tasks?.first { $0.task.name == task }, location: location)
        let share = Double(answers.count { $0.expert == task }) / Double(max(answers.count, 1))
        try same("the router's accuracy at R[\(row)][\(task)]", routed.routerAccuracy[row, column], share)
        let unknown = Double(answers.count { $0.expert == nil }) / Double(max(answers.count, 1))
        try same("the unknown rate at R[\(row)][\(task)]", routed.unknownRate[row, column], unknown)
        cells += 1
      }
    }
    return "\(cells) cells with the task inferred"
  }

  func events() throws -> String {
    struct Line: Decodable {
      struct Step: Decodable {
        let step: Int
        let totalSteps: Int
      }
      let task: String
      let step: Step
    }
    var last: [String: Line.Step] = [:]
    var lines = 0
    try MappedFile(folder.events).data().forEachLine { number, line in
      guard !line.isEmpty else { return }
      lines += 1
      let event = try JSONFile.decode(Line.self, from: Data(line), path: "\(folder.events.path):\(number)")
      try same(
        "the step after \(last[event.task]?.step ?? 0) of \(event.task) (line \(number))", event.step.step,
        (last[event.task]?.step ?? 0) + 1)
      last[event.task] = event.step
    }
    let learned = try folder.checkpointPositions().last { $0.step == nil }?.learned ?? 0
    let steps = Dictionary(try folder.readCosts().tasks.map { ($0.task, $0.steps) }) { first, _ in first }
    // A method that learns all tasks at once has no step for the later ones.
    for task in manifest.tasks.prefix(learned) where steps[task] != 0 {
      guard let end = last[task] else { throw VerificationError.missing(what: "every event of task \(task)") }
      try same("steps of \(task)", end.step, end.totalSteps)
    }
    return "\(lines) steps, each after the one before"
  }

  /// What is said of a file that the process that was to write it had not written when it ended: it is written when the run goes on.
  func waits(_ file: URL) throws -> String? {
    let name = folder.name(of: file)
    guard let seal = try folder.sealing.seal(of: folder), seal.before[name] != nil else { return nil }
    let now = try OptionalFile.read { try Digest(ofFile: folder.inside(file)) }
    return now == seal.files[name]
      ? nil : "\(file.lastPathComponent) was about to be written when the process ended: resume writes it"
  }

  func same<Value: Equatable>(_ what: String, _ recorded: Value, _ now: Value) throws {
    guard recorded == now else {
      throw VerificationError.differs(what: what, recorded: "\(recorded)", now: "\(now)")
    }
  }

  /// All problems and not only the first.
  private func all<Element>(_ elements: [Element], _ body: (Element) throws -> Void) throws {
    var problems = ProblemList()
    for element in elements { problems.look { try body(element) } }
    if !problems.isEmpty { throw VerificationError.several(problems.text) }
  }
}
