import Foundation
import Streams
import TestSupport
import Testing
import Tokenization

/// The error of an operation without the scratch folder's name; `nil` if there was none or another kind.
func message(in folder: Scratch, _ operation: () throws -> Void) -> String? {
  do {
    try operation()
    return nil
  } catch let error as StreamError {
    return error.description.replacingOccurrences(of: folder.url.path + "/", with: "")
  } catch {
    return "another error: \(error)"
  }
}

/// Every UTF-8 byte is a token; a template adds 256 before and 257 after.
struct ByteTokenizer: Tokenizer {
  var hasTemplate = false
  var vocabularySize: Int { 258 }

  func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] {
    let ids = text.utf8.map(Int.init)
    return addSpecialTokens && hasTemplate ? [256] + ids + [257] : ids
  }

  func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String {
    String(decoding: ids.compactMap { UInt8(exactly: $0) }, as: UTF8.self)
  }

  func id(of token: String) -> Int? { nil }
}

/// The tokens of a text, as ``ByteTokenizer`` makes them.
func bytes(_ text: String) -> [Int] { text.utf8.map(Int.init) }

/// The benchmark data beside the repository, which is not part of it.
enum BenchmarkData {
  static let directory: URL = {
    if let path = ProcessInfo.processInfo.environment["ACCRETE_DATA"] { return URL(fileURLWithPath: path) }
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/data")
  }()

  static var mtl5: URL { directory.appendingPathComponent("mtl5") }
  static var trace: URL { directory.appendingPathComponent("trace") }

  static func compliance(_ language: ComplianceSuite.Language) -> URL {
    directory.appendingPathComponent("compliance-\(language.rawValue)")
  }

  /// Whether a suite's folder is there.
  static func has(_ folder: URL) -> Bool { FileManager.default.fileExists(atPath: folder.path) }

  static var isThere: Bool { has(mtl5) }

  static let absent: Comment = "needs the benchmark data in $ACCRETE_DATA or ../shared/data"
}
