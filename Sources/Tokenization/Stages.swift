import Foundation

/// What is done to a text besides merging.
struct Stages: Sendable {
  /// Added tokens that are looked for in the text as it is, and those that are looked for in the normalized text.
  let verbatimTokens: AddedTokens
  let normalizedTokens: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let template: Template
}

/// What text is turned into before it is cut into words.
enum Normalizer: Sendable {
  case none
  /// Canonical composition: "e" and a combining acute become "é".
  case nfc

  func normalized(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    switch self {
    case .none: Array(bytes)
    case .nfc: Array(String(decoding: bytes, as: UTF8.self).precomposedStringWithCanonicalMapping.utf8)
    }
  }
}

/// The special tokens around a sequence.
struct Template: Sendable, Equatable {
  var before: [Int] = []
  var after: [Int] = []

  func wrapped(_ ids: [Int]) -> [Int] { before + ids + after }
}
