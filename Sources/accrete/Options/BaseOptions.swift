import ArgumentParser
import Decoder
import Experts
import Files
import Foundation
import Records
import Runs
import Torch

/// Which base model, where.
struct BaseOptions: ParsableArguments {
  @Option(help: .of("base"))
  var base: String?

  @Option(help: .of("device"))
  var device: String?

  @Option(help: .of("threads"))
  var threads: Int?

  @Option(help: .of("weights"))
  var weights: WeightMatrix.Precision?

  func folder() throws -> URL {
    try base.map { try EmbeddedResources.base($0) } ?? EmbeddedResources.base()
  }

  /// That, or where no base is named the one that these experts were learned on, as far as it is known.
  func folder(for experts: ExpertOptions) throws -> URL {
    if base == nil, let home = try experts.home() { return home }
    return try folder()
  }

  func apply() throws -> Device {
    try TorchRuntime.setThreads(threads ?? DefaultThreads.count)
    return try Device(device ?? "cpu")
  }
}

extension ArgumentHelp {
  /// What `accrete train` says of the option of the same name.
  static func of(_ name: String) -> ArgumentHelp { ArgumentHelp("\(RunConfiguration.setting(name)?.help ?? "")") }
}

/// A learned task to use instead of the bare base.
struct ExpertOptions: ParsableArguments {
  @Option(help: "Folder of a run whose experts are used.")
  var run: String?

  @Option(help: "Task of that run.")
  var task: String?

  @Option(help: "Folder of one expert, instead of a run and a task: an archive of ours, or an adapter that PEFT wrote.")
  var expert: String?

  func validate() throws {
    guard (run == nil) == (task == nil) else {
      throw ValidationError(
        "--run and --task belong together: give both, or none for the bare base. A task of a registry answers by `accrete predict --task`."
      )
    }
    guard run == nil || expert == nil else {
      throw ValidationError("--expert is instead of --run and --task: give one or the other.")
    }
  }

  /// The base of the run, or the embedded one that the expert was learned on.
  func home() throws -> URL? {
    if let run {
      return URL(fileURLWithPath: try RunFolder(URL(fileURLWithPath: absolute(run))).readManifest().configuration.base)
    }
    return try expert.flatMap { try Self.home(of: URL(fileURLWithPath: absolute($0))) }
  }

  /// The base that an expert was learned on: an embedded one of an archive of ours, or what an adapter of PEFT's names, where it is there.
  static func home(of expert: URL) throws -> URL? {
    guard ExpertArchive.isArchive(expert) else {
      let file = expert.appendingPathComponent("adapter_config.json")
      guard let data = try? JSONFile.contents(of: file),
        let name = try JSONFile.decode(JSONTree.self, from: data, path: file.path)["base_model_name_or_path"]?.string,
        let found = try? EmbeddedResources.base(name), FolderFile.exists("config.json", in: found)
      else { return nil }
      return found
    }
    let digest = try ExpertArchive.read(expert).baseDigest
    return try EmbeddedResources.bases.lazy.map { try EmbeddedResources.base($0) }
      .first { try Checkpoint(folder: $0).digest == digest }
  }

  /// - Parameter tokenizer: The digest of the tokenizer that cuts the text; `nil` where ids are given.
  func selection(for model: DecoderModel, tokenizer: Digest? = nil) throws -> (any ExpertSelection)? {
    if let expert {
      let host = StoredExpert.Base(model.declared, digest: model.digest, tokenizerDigest: tokenizer)
      let stored = try StoredExpert(URL(fileURLWithPath: absolute(expert)), for: host, on: model.device)
      if stored.archive == nil {
        Console.error(
          "\(expert): PEFT's files have no digest of the base that they belong to\(stored.namedBase.map { " (they name \($0.printable))" } ?? ""); only names and shapes were checked"
        )
      }
      return LowRankSelection(stored.expert)
    }
    guard let run, let task else { return nil }
    return try StoredRun(URL(fileURLWithPath: absolute(run)), model: model).selection(forTask: task)
  }
}
