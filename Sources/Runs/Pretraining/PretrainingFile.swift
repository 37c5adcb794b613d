import Files
public import Foundation
import Pretraining
public import Records

/// The YAML file of a pretraining run: the settings of `PretrainingConfiguration` by their names.
public typealias PretrainingFile = SettingFile<PretrainingConfiguration>

extension SettingFile<PretrainingConfiguration> {
  /// Reads a file; an unknown key is an error.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - others: `key=value` each, instead of what the file says.
  /// - Throws: `FileError`; `RunError.invalidConfiguration(key:got:allowed:)` that names the file, the line and the key.
  public static func read(_ url: URL, replacing others: [String] = []) throws -> PretrainingFile {
    guard
      let file = try YAMLFile.decode(
        PretrainingFile.self, keys: keys + InvocationFile.keys, from: YAMLFile.contents(of: url), path: url.path,
        replacing: others, earlierNames: earlierNames)
    else { throw RunError.invalidConfiguration(key: url.path, got: "an empty file", allowed: "lines of `key: value`") }
    return file
  }

  /// The keys that earlier versions had, and what they are now.
  private static var earlierNames: [String: String] {
    Dictionary(
      PretrainingConfiguration.settings.compactMap { key in key.earlier.map { (key.name, $0.setting) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The whole configuration. Paths of the file are relative to `folder`.
  ///
  /// - Parameters:
  ///   - folder: What paths are relative to.
  ///   - flags: What a command line says instead.
  ///   - threads: How many where neither says it.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)`; `FileError` for a model's file.
  public func configuration(
    relativeTo folder: URL, flags: SettingValues<PretrainingConfiguration> = SettingValues(), threads: Int? = nil
  ) throws -> PretrainingConfiguration {
    func path(_ text: String) -> String {
      (text.hasPrefix("/") ? URL(fileURLWithPath: text) : folder.appendingPathComponent(text)).standardizedFileURL.path
    }
    var whole = PretrainingConfiguration()
    whole.threads = threads
    try values.apply(to: &whole) { text, _ in path(text) }
    try flags.apply(to: &whole) { text, _ in path(text) }
    let given = given.union(flags.given)
    if !given.contains("model"), let base = whole.base {
      whole.model = .text((base as NSString).appendingPathComponent("config.json"))
    }
    for (key, isMissing) in [
      ("model", whole.model == .null), ("sources", whole.sources.isEmpty), ("tokens", !given.contains("tokens")),
    ] where isMissing {
      throw RunError.invalidConfiguration(
        key: key, got: "missing", allowed: PretrainingConfiguration.setting(key)?.form ?? "a value")
    }
    whole.model = try Self.model(whole.model, path)
    whole.sources = try whole.sources.mapValues { try $0.flatMap { try Self.files($0, path) } }
    whole.tokenizer = whole.tokenizer ?? whole.base
    if whole.textField == TextSource.defaultField { whole.textField = nil }
    if !given.contains("micro-batch") { whole.microBatch = min(whole.microBatch, whole.batch) }
    try whole.check()
    return whole
  }

  private static func files(_ text: String, _ path: (String) -> String) throws -> [String] {
    try TextFiles.named(by: URL(fileURLWithPath: path(text))).map(\.path)
  }

  private static func model(_ value: JSONTree, _ path: (String) -> String) throws -> JSONTree {
    switch value {
    case .object: value
    case .text(let file):
      try JSONFile.read(JSONTree.self, from: URL(fileURLWithPath: path(String(decoding: file, as: UTF8.self))))
    default:
      throw RunError.invalidConfiguration(
        key: "model", got: value.description, allowed: PretrainingConfiguration.setting("model")?.form ?? "")
    }
  }
}
