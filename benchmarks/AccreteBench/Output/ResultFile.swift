import Files
import Foundation

/// Files of results: JSON on one line, as each request has hundreds of numbers.
enum ResultFile {
  /// What a file that is read again has at most.
  static let readLimit = 512 << 20

  static func write(_ value: some Encodable, to path: String) throws {
    var data = try JSONFile.encode(value, pretty: false)
    data.append(UInt8(ascii: "\n"))
    try AtomicFile.write(data, to: URL(fileURLWithPath: path))
  }

  /// Says before a long measurement that its result has no place.
  /// - Throws: ``BenchError/usage(_:)``.
  static func requirePlace(_ path: String?) throws {
    guard let path else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw BenchError.usage("--out \(path): there is no folder \(folder.path). Make it first.")
    }
  }
}
