package import Foundation
import Torch

/// The embedded base `seedling` with its first two layers alone: what a run does with a base is the same, in a third of the time.
package enum ShallowBase {
  /// Layers that stay.
  private static let layers = 2

  /// Its folder, made once for each process and removed at its end.
  package static let folder: URL = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-tests-base-\(getpid())")
      .resolvingSymlinksInPath()
    do {
      try write(to: folder)
    } catch {
      preconditionFailure("the base for tests cannot be made: \(error)")
    }
    atexit { try? FileManager.default.removeItem(at: ShallowBase.folder) }
    return folder
  }()

  /// The whole one.
  package static let seedling: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    return package.appendingPathComponent("Sources/accrete/Resources/base/seedling").standardizedFileURL
  }()

  private static func write(to folder: URL) throws {
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.copyItem(at: seedling, to: folder)
    let configuration = folder.appendingPathComponent("config.json")
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try text.replacingOccurrences(of: "\"num_hidden_layers\": 6", with: "\"num_hidden_layers\": \(layers)")
      .write(to: configuration, atomically: true, encoding: .utf8)
    let weights = folder.appendingPathComponent("model.safetensors")
    let file = try SafetensorsFile(weights)
    let kept = file.names.filter { name in
      let number = name.split(separator: ".").dropFirst(2).first.flatMap { Int($0) }
      return !name.hasPrefix("model.layers.") || number.map { $0 < layers } ?? true
    }
    // The file is mapped, and stays so when it is replaced.
    let tensors = Dictionary(uniqueKeysWithValues: try kept.map { ($0, try file.tensor($0)) })
    try SafetensorsFile.write(tensors, metadata: file.metadata, to: weights)
  }
}
