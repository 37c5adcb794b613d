/// What is done to a text besides merging.
struct Stages: Sendable {
  /// Added tokens that are looked for in the text as it is, and those that are looked for in the normalized text.
  let verbatimTokens: AddedTokens
  let normalizedTokens: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let template: Template
  let decoder: [DecoderStep]
}

/// The special tokens around a sequence.
struct Template: Sendable, Equatable {
  var before: [Int] = []
  var after: [Int] = []

  func wrapped(_ ids: [Int]) -> [Int] { before + ids + after }
}
