import Files
public import Foundation

extension ScalingRun {
  /// A `metrics.json` is not larger.
  static let sizeLimit = 16 << 20

  /// `metrics.json`, of which only this key is read.
  private struct MetricsFile: Decodable {
    var scaling: Record?
  }

  /// Reads the finished runs in a folder: each a folder with a `metrics.json` that has the key `scaling`.
  ///
  /// Files beside them, and names that begin with a dot, are passed over.
  ///
  /// - Parameters:
  ///   - folder: That holds the runs' folders.
  ///   - skipOthers: Whether folders that are not finished pretraining runs are left out instead of being errors.
  /// - Returns: The runs, by name, and the names of what was left out.
  /// - Throws: `FileError`; ``ScalingError`` for a folder that is not such a run, no run at all, numbers that cannot be, or runs
  ///   that do not belong together.
  public static func readAll(
    in folder: URL, skipOthers: Bool = false
  ) throws -> (runs: [ScalingRun], skipped: [String]) {
    var (runs, skipped): ([ScalingRun], [String]) = ([], [])
    for name in try names(in: folder) {
      let url = try FolderFile.url(name, in: folder)
      guard isFolder(url) else { continue }
      do {
        runs.append(try read(url, name: name))
      } catch let error as ScalingError {
        guard case .notARun = error, skipOthers else { throw error }
        skipped.append(name)
      }
    }
    guard !runs.isEmpty else { throw ScalingError.noRuns(path: folder.path) }
    try requireComparable(runs)
    return (runs, skipped)
  }

  private static func read(_ folder: URL, name: String) throws -> ScalingRun {
    let file = try OptionalFile.read {
      try JSONFile.read(
        MetricsFile.self, from: FolderFile.url("metrics.json", in: folder), limit: sizeLimit)
    }
    guard let file else { throw ScalingError.notARun(path: folder.path, reason: "there is no metrics.json") }
    guard let record = file.scaling else {
      throw ScalingError.notARun(path: folder.path, reason: "its metrics.json has no key `scaling`")
    }
    return try ScalingRun(name: name, record: record)
  }

  /// One tokenizer and held-out text, and nothing twice.
  static func requireComparable(_ runs: [ScalingRun]) throws {
    for (index, run) in runs.enumerated() {
      if let same = runs[..<index].first(where: { $0.record == run.record }) {
        throw ScalingError.sameRun(same.name, run.name)
      }
      // 1 %: a number that was rounded to three digits on the way is still the same text.
      if let first = runs.first, abs(run.bytesPerToken / first.bytesPerToken - 1) > 0.01 {
        throw ScalingError.otherText(
          name: first.name, bytesPerToken: first.bytesPerToken, other: run.name, otherBytesPerToken: run.bytesPerToken)
      }
    }
  }

  private static func names(in folder: URL) throws -> [String] {
    guard isFolder(folder) else { throw FileError.notFound(path: folder.path) }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw FileError.notReadable(path: folder.path, reason: error.localizedDescription)
    }
  }

  private static func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
