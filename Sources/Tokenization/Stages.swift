/// What is done to a text besides merging.
struct Stages: Sendable {
  /// Added tokens that are looked for in the text as it is, and those that are looked for in the normalized text.
  let verbatimTokens: AddedTokens
  let normalizedTokens: AddedTokens
  /// The same without special tokens, for texts in which what spells one is text.
  let ordinaryVerbatim: AddedTokens
  let ordinaryNormalized: AddedTokens
  let normalizer: Normalizer
  let preTokenizer: PreTokenizer
  let template: SpecialTokenTemplate
  let decoder: [DecoderStep]

  init(
    verbatimTokens: AddedTokens, normalizedTokens: AddedTokens, normalizer: Normalizer, preTokenizer: PreTokenizer,
    template: SpecialTokenTemplate, decoder: [DecoderStep]
  ) {
    (self.verbatimTokens, self.normalizedTokens) = (verbatimTokens, normalizedTokens)
    (ordinaryVerbatim, ordinaryNormalized) = (verbatimTokens.ordinary, normalizedTokens.ordinary)
    (self.normalizer, self.preTokenizer, self.template, self.decoder) = (normalizer, preTokenizer, template, decoder)
  }
}

/// The special tokens around a sequence.
struct SpecialTokenTemplate: Sendable, Equatable {
  var before: [Int] = []
  var after: [Int] = []

  func wrapped(_ ids: [Int]) -> [Int] { before + ids + after }
}
