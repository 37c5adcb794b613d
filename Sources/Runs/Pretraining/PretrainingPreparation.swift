import Files
import Foundation
import Records

/// `preparing.json`: what a pretraining run is being made from until `pretraining.json` is there.
///
/// It is made together with its folder, so that a process that is killed while it trains a tokenizer or makes tokens leaves a folder
/// that says how to go on.
struct PretrainingPreparation: Codable, Equatable {
  static let currentFormat = 1

  var format = PretrainingPreparation.currentFormat
  var accrete = Manifest.accreteVersion
  var configuration: PretrainingConfiguration

  static func read(_ folder: RunFolder) throws -> PretrainingPreparation {
    try JSONFile.read(PretrainingPreparation.self, from: folder.inside(folder.preparing))
  }

  /// Makes the folder of a new run, or takes over one in which the same run was ended before it learned anything.
  ///
  /// - Returns: The configuration with what was decided when the folder was made, and whether the folder is new.
  /// - Throws: `RunError.folderExists(_:)` for anything else that is there; `RunError.changed(folder:what:recorded:now:)` where the run
  ///   in it is another.
  static func begin(
    _ wanted: PretrainingConfiguration, in folder: RunFolder
  ) throws -> (configuration: PretrainingConfiguration, isNew: Bool) {
    if let begun = try unfinished(folder) {
      return (try begun.sameAs(wanted, folder), false)
    }
    var configuration = wanted
    configuration.threads = wanted.threads ?? ProcessInfo.processInfo.activeProcessorCount
    let url = folder.url
    do {
      try RunFolder.makeFolder(url.deletingLastPathComponent())
      try NewFolder.make(url) { new in
        let inner = RunFolder(new)
        try RunFolder.makeFolder(inner.checkpoints)
        try JSONFile.write(PretrainingPreparation(configuration: configuration), to: inner.preparing)
      }
    } catch FileError.alreadyExists {
      throw RunError.folderExists(url.path)
    } catch FileError.notWritable(_, let reason) {
      throw FileError.notWritable(path: url.path, reason: reason)
    }
    return (configuration, true)
  }

  /// The run in a folder that has learned nothing yet; `nil` for a folder that is not there, or not such a run's.
  private static func unfinished(_ folder: RunFolder) throws -> PretrainingConfiguration? {
    let files = FileManager.default
    if files.fileExists(atPath: folder.pretraining.path) {
      guard try folder.checkpointSteps().isEmpty, !files.fileExists(atPath: folder.metrics.path) else { return nil }
      return try JSONFile.read(PretrainingManifest.self, from: folder.inside(folder.pretraining)).configuration
    }
    guard files.fileExists(atPath: folder.preparing.path) else { return nil }
    return try read(folder).configuration
  }
}

extension PretrainingConfiguration {
  /// This configuration, if another asks for the same run; how often checkpoints are written is not part of it.
  fileprivate func sameAs(_ wanted: PretrainingConfiguration, _ folder: RunFolder) throws -> PretrainingConfiguration {
    var wanted = wanted
    wanted.threads = wanted.threads ?? threads
    wanted.checkpoints = checkpoints
    guard let difference = try Differences.list(self, wanted).first else { return self }
    throw RunError.changed(
      folder: folder.url.path, what: difference.key, recorded: difference.first, now: difference.second)
  }
}

extension RunFolder {

  /// Once the run is prepared, `pretraining.json` says what it is.
  func removePreparation() throws {
    guard unlink(preparing.path) == 0 || errno == ENOENT else { throw FileError.system(errno, writing: preparing.path) }
  }
}
