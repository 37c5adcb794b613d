public import Files
public import Torch

/// What can be wrong with an expert or with its files.
public enum ExpertError: AccreteError, Equatable {
  case invalidHyperparameter(name: String, value: String, allowed: String)
  /// A stored expert belongs to another base model.
  case otherBase(expert: String, expected: String, got: String)
  /// The base has the weights, but its `config.json` or `generation_config.json` says something else of them.
  case otherConfiguration(expert: String, key: String, expected: String, got: String)
  case missingTensor(where: String, name: String)
  case shapeDiffers(where: String, name: String, expected: [Int], got: [Int])
  /// The bytes of an expert are not those that were stored.
  case digestDiffers(expert: String, expected: String, got: String)
  case unsafeName(String)
  /// The text of a stored expert's task was cut into other tokens.
  case otherTokenizer(expert: String, expected: String, got: String)
  /// A folder without `expert.json`.
  case notAnArchive(folder: String)
  /// An expert of a dual expert, which says nothing without its partner and its gates.
  case partOfDualExpert(expert: String)
  /// An archive of an earlier version, which bound its tensors alone.
  case unsealed(folder: String)
  /// `adapter_config.json` is not what was stored.
  case configurationDiffers(folder: String, expected: String, got: String)
  /// A task of a run that has no expert yet.
  case notLearned(task: String, learned: [String])
  /// A number of a merged checkpoint would be infinite in the type in which it is to be written.
  case weightTooLarge(file: String, name: String, type: DType)

  public var category: ErrorCategory {
    switch self {
    case .invalidHyperparameter, .unsafeName: .usage
    case .notLearned, .notAnArchive: .notFound
    case .partOfDualExpert: .conflict
    case .otherBase, .otherConfiguration, .otherTokenizer, .missingTensor, .shapeDiffers, .unsealed, .weightTooLarge:
      .data
    case .digestDiffers, .configurationDiffers: .damaged
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalidHyperparameter(let name, let value, let allowed):
      "\(name) is \(value); allowed: \(allowed)"
    case .otherBase(let expert, let expected, let got):
      "expert `\(expert)` was learned on the base \(expected), this base is \(got)."
        + " Name the base that it belongs to with --base."
    case .otherConfiguration(let expert, let key, let expected, let got):
      "expert `\(expert)` was learned on a base whose config.json or generation_config.json had `\(key)` \(expected); this base,"
        + " with the same weights, has \(got). Restore that file."
    case .missingTensor(let location, let name):
      "\(location): tensor `\(name)` is missing. Was the file written by another method or with another rank?"
    case .shapeDiffers(let location, let name, let expected, let got):
      "\(location): `\(name)` has shape \(got), expected \(expected)"
    case .digestDiffers(let expert, let expected, let got):
      "expert `\(expert)` has changed since it was stored: digest \(got), recorded \(expected). Restore its folder."
    case .weightTooLarge(let file, let name, let type):
      "\(file): tensor `\(name)` of the merged checkpoint would hold a number that \(type) cannot."
        + (type == .float16
          ? " Use --dtype bfloat16 or float32."
          : type == .bfloat16
            ? " Use --dtype float32." : " Use another checkpoint of the base or the expert: one of them has diverged.")
    case .otherTokenizer(let expert, let expected, let got):
      "expert `\(expert)` was learned with the tokenizer \(expected), this one is \(got). Use the tokenizer that it belongs to."
    case .notAnArchive(let folder):
      "\(folder): has no expert.json. Of an adapter that PEFT wrote `accrete experts import` makes an archive."
    case .partOfDualExpert(let expert):
      "expert `\(expert)` is one half of a dual expert and serves nothing alone. Use its run with --run and --task,"
        + " or `accrete experts export`, which merges both halves."
    case .configurationDiffers(let folder, let expected, let got):
      "\(folder): adapter_config.json has changed since it was stored: digest \(got), recorded \(expected). Restore the folder."
    case .unsealed(let folder):
      "\(folder): expert.json carries no digest of itself: an earlier version wrote it, under which a change of adapter_config.json went"
        + " unnoticed. If you trust the folder, remove expert.json and bind the adapter again with `accrete experts import`."
    case .notLearned(let task, let learned):
      "task `\(task)` has not been learned yet; learned: \(learned.isEmpty ? "none" : learned.listed). Run `accrete resume` first."
    case .unsafeName(let name):
      "`\(name)` cannot be an expert's name: use letters, digits, `.`, `_`, `-`, and no leading dot"
    }
  }
}
