public import Foundation
public import Records

extension SettingFile {
  /// Reads a file; an unknown key is an error, because a misspelt option would otherwise do nothing in silence.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - others: Keys that may stand in it too, for somebody else.
  /// - Throws: `FileError`; `RunError.invalidConfiguration(key:got:allowed:)` that names the file, the line and the key.
  public static func read(_ url: URL, besides others: [String] = []) throws -> SettingFile {
    try decode(YAMLFile.contents(of: url), path: url.path, besides: others)
  }

  /// Reads YAML that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The text.
  ///   - path: Where it came from, for errors.
  ///   - others: Keys that may stand in it too, for somebody else.
  /// - Throws: As ``read(_:besides:)``.
  public static func decode(_ data: Data, path: String, besides others: [String] = []) throws -> SettingFile {
    try YAMLFile.decode(SettingFile.self, keys: keys + others, from: data, path: path) ?? SettingFile()
  }
}

extension SettingFile: AllowedValues {
  package static var allowedValues: [String: String] {
    Dictionary(Root.settings.flatMap { setting in setting.keys.map { ($0, setting.form) } }) { first, _ in first }
  }
}
