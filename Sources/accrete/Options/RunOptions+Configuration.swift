import Files
import Foundation
import Records
import Runs
import Torch

extension RunOptions {
  /// The YAML file, or an empty one.
  /// - Parameter others: Keys that may stand in it for somebody else.
  func file(besides others: [String] = []) throws -> RunFile {
    try config.map {
      try RunFile.read(URL(fileURLWithPath: absolute($0)), besides: InvocationFile.keys + others)
    } ?? RunFile()
  }

  /// What the YAML file says about the command itself.
  /// - Parameter others: Keys that may stand in it for somebody else.
  func invocation(besides others: [String] = []) throws -> InvocationFile {
    try config.map {
      try InvocationFile.read(URL(fileURLWithPath: absolute($0)), besides: RunFile.keys + others)
    } ?? InvocationFile()
  }

  /// The configuration that flags, file and defaults make together.
  func configuration() throws -> RunConfiguration { try configuration(file()) }

  /// The configuration that flags, a file and defaults make together.
  func configuration(_ file: RunFile) throws -> RunConfiguration {
    let settingsFile = config.map { URL(fileURLWithPath: absolute($0)) }
    let flags = try flags.values()
    var result = RunConfiguration()
    result.base = try EmbeddedResources.base().path
    result.threads = DefaultThreads.count
    try file.values.apply(to: &result) { path, name in
      // What the command line replaces need not be there.
      guard !flags.given.contains(name) else { return path }
      if name == "base", EmbeddedResources.bases.contains(path) { return try EmbeddedResources.base(path).path }
      let meant = try settingsFile.map { try PathInFile.absolute(path, key: name, of: $0) } ?? absolute(path)
      return name == "base" ? try EmbeddedResources.base(path).path : meant
    }
    try flags.apply(to: &result) { path, name in
      if name == "tasks" { try requireOneFile(path) }
      return name == "base" ? try EmbeddedResources.base(path).path : absolute(path)
    }
    for note in self.flags.notes { Console.error(note) }
    if result.source.suite != "files", !result.source.files.isEmpty {
      throw RunError.invalidConfiguration(
        key: "tasks", got: "given together with suite \(result.source.suite)", allowed: "a suite or your own tasks")
    }
    return result
  }

  /// Files that are separated by commas, as some programs have them, would be one that is not there.
  private func requireOneFile(_ task: String) throws {
    guard task.contains(","), !FileManager.default.fileExists(atPath: absolute(task)) else { return }
    let names = task.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    throw RunError.invalidConfiguration(
      key: "tasks", got: task.printable, allowed: "names that spaces separate: --tasks \(shellWords(names))")
  }
}
