import Files
import Foundation

/// A folder for readers that take one. Scripts/fuzz puts it into memory (TMPDIR), and removes it.
struct WorkFolder: Sendable {
  let url: URL

  /// - Parameter folder: of one in it.
  init(_ name: String, folder: String? = nil) {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-fuzz-\(getpid())-\(name)")
    do {
      let target = folder.map { url.appendingPathComponent($0) } ?? url
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    } catch {
      Finding("the fuzzer cannot make \(url.path): \(error)").stop()
    }
  }

  subscript(name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes without a flush: it is read again at once.
  func write(_ data: Data, to name: String) {
    do {
      try data.write(to: self[name])
    } catch {
      Finding("the fuzzer cannot write \(self[name].path): \(error)").stop()
    }
  }
}

extension Data {
  /// The parts of an input for a reader of several files: they are separated by the byte 0x1E. Always `count`.
  func parts(_ count: Int) -> [Data] {
    let found = split(separator: 0x1E, maxSplits: count - 1, omittingEmptySubsequences: false).map { Data($0) }
    return found + Array(repeating: Data(), count: count - found.count)
  }
}

/// Whether a value of a file survives being written and read again.
func requireRoundTrip<Value: Codable & Equatable>(_ value: Value) throws {
  let text = try Finding.unlessDone("what was read cannot be written") { try JSONFile.encode(value) }
  let again = try Finding.unlessDone("what was written cannot be read") {
    try JSONFile.decode(Value.self, from: text, path: "again")
  }
  try Finding.unless(again == value, "another value after writing and reading: \(again) instead of \(value)")
}
