import Foundation

/// What the PyTorch reference computed; see Tests/Goldens/README.md.
enum Goldens {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let folder = tests.appendingPathComponent("Goldens")
}
