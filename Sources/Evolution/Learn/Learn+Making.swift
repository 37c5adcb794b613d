import Decoder
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Randomness
import Registry
import Serving
import Streams
import TaskModels
import Torch

extension Learn {
  /// A task model as it will be kept, with everything that goes beside it.
  struct Made {
    /// Read back from the blobs: what is scored is what is kept.
    let runner: TaskModelRunner
    let description: TaskModelDescription
    /// Blobs by role.
    var parts: [String: BlobReference]
    let sums: Digest
    let view: RequestView
    let scores: GateScores
  }

  /// S8: writes the parts, reads them back and scores what was read.
  func made(of trained: TaskModelTraining.Result, _ prepared: Prepared, in folder: URL) throws -> Made {
    var parts: [String: BlobReference] = [:]
    for (role, file) in try trained.model.writeParts(to: folder) {
      let media = file.pathExtension == "json" ? "application/json" : "application/vnd.accrete.safetensors"
      parts[role] = try keep(registry.addBlob(fileAt: file, media: media))
    }
    let description = TaskModelDescription(trained.model, weights: base.model.roundedTo)
    let model = try TaskModel(
      description, named: name, base: base.model.configuration, device: base.model.device
    ) { role in try parts[role].map { try registry.blobURL($0.digest) } }
    let runner = try TaskModelRunner(model, on: base)

    let view = try registry.currentView(hidden: base.model.configuration.hiddenSize)
    let sumsFile = folder.appendingPathComponent("router.safetensors")
    try Registry.write(RequestRouter.sums(prepared.examples.learn.map(\.text), view: view, on: base), to: sumsFile)
    let sums = try keep(registry.addBlob(fileAt: sumsFile, media: Registry.sumsMedia))
    parts[Registry.routerRole] = sums

    let requests = probeRequests(prepared.examples)
    let probe = try registry.addProbe(
      requests, of: runner, on: base, view: view, numerics: numerics, in: folder, keep: keep)
    for (role, part) in probe { parts[role] = part }

    parts[RowKeys.role] = try keep(
      registry.addPackedBlob(
        JSONFile.encode(prepared.keys, pretty: false), media: RowKeys.media))
    if job.keepsRows {
      parts[VersionManifest.Role.rows] = try keep(
        registry.addPackedBlob(
          Self.lines(prepared.examples), media: "application/jsonl"))
    }
    let gate = prepared.examples.gate
    let scores = try GateScores(gate, runner: runner, scorer: scorer(runner.model.form)) { [report] done in
      report(.scoring(done: done, of: gate.count))
    }
    return Made(
      runner: runner, description: description, parts: parts, sums: sums.digest, view: view, scores: scores)
  }

  /// The role of what a router sees of the probe requests.
  static let probeFeaturesRole = "probeFeatures"
  static let (featuresName, tokensName) = ("features", "tokens")

  func scorer(_ form: TaskForm) -> (any AnswerScorer)? {
    form.kind != .answer
      ? nil : ScorerCatalog.clean(job.options.scorer, for: form.task(named: name)) as? any AnswerScorer
  }

  /// Choose rows, as the router learned from others; learn rows where there are too few.
  private func probeRequests(_ examples: TaskExamples) -> [String] {
    func drawn(_ rows: [Example], _ count: Int) -> [String] {
      var numbers = Array(rows.indices)
      var stream = RandomStream(purposes: ["probe", name])
      stream.shuffle(&numbers)
      return numbers.prefix(count).sorted().map { rows[$0].text }
    }
    let chosen = drawn(examples.choose, ProbeRecord.most)
    return chosen + drawn(examples.learn, ProbeRecord.most - chosen.count)
  }

  /// The rows as a JSONL file that `learn` reads to the same task.
  private static func lines(_ examples: TaskExamples) throws -> Data {
    struct Row: Encodable {
      let id: String
      let text: String?
      let label: String?
      let labels: [String]?
      let prompt: String?
      let answer: String?
      let split: String
    }
    let isSet = examples.task.kind == .severalLabels
    let isPrompt = !isSet && examples.task.instruction.isEmpty && examples.task.cue.isEmpty
    var data = Data()
    for (role, split) in [(TaskExamples.Role.learn, "train"), (.choose, "validation"), (.gate, "test")] {
      for row in examples[role] {
        if examples.areConversations, let conversation = Conversation(text: row.text),
          case .object(let members) = conversation.row(answering: row.answer)
        {
          let named = [("id", row.id), ("split", split)].map { name, value in
            JSONTree.Member(name: Array(name.utf8), value: .text(Array(value.utf8)))
          }
          data += JSONTree.object(named + members).json + [UInt8(ascii: "\n")]
          continue
        }
        let line = Row(
          id: row.id, text: isPrompt ? nil : row.text, label: isPrompt || isSet ? nil : row.answer,
          labels: isSet ? LabelSet(text: row.answer)?.labels : nil, prompt: isPrompt ? row.text : nil,
          answer: isPrompt ? row.answer : nil, split: split)
        data += try JSONFile.encode(line, pretty: false)
        data.append(UInt8(ascii: "\n"))
      }
    }
    return data
  }
}
