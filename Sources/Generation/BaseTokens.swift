import Decoder
import ModelConfiguration
import Tokenization

/// Which tokens end a text and fill a sequence, where a checkpoint's files do not agree.
///
/// Some published `config.json` give ids that belong to another tokenizer: Hunyuan-Large's end token 2 is `#`. An id that is a plain token
/// of the tokenizer cannot be what the file says it is; then the token counts that the tokenizer's own files name.
struct BaseTokens {
  var end: [Int]
  var pad: Int?
  /// What was corrected, for people.
  var warnings: [String] = []

  init(_ configuration: DecoderConfiguration, _ special: SpecialTokens, _ tokenizer: any Tokenizer) throws {
    (end, pad) = (configuration.endTokens, configuration.padToken)
    /// Whether an id can be a special token's: it leaves no text.
    func isSpecial(_ id: Int) throws -> Bool {
      guard (0..<tokenizer.vocabularySize).contains(id) else { return false }
      return try tokenizer.decode([id], skipSpecialTokens: true).isEmpty
    }
    func spelled(_ id: Int) throws -> String {
      guard (0..<tokenizer.vocabularySize).contains(id) else { return "no token" }
      return try tokenizer.decode([id], skipSpecialTokens: false).debugDescription
    }
    if let own = special.end, let wrong = try end.first(where: { try !isSpecial($0) }) {
      end = try special.endIDs.filter(isSpecial)
      if end.isEmpty { end = [own.id] }
      warnings.append(
        "the base's eos_token_id is \(wrong), which is \(try spelled(wrong)); using \(own.id), `\(own.text)` of \(own.file)"
      )
    } else if end.isEmpty, let own = special.end {
      end = [own.id]
    }
    if let own = special.padding, let wrong = pad, try !isSpecial(wrong) {
      pad = own.id
      warnings.append(
        "the base's pad_token_id is \(wrong), which is \(try spelled(wrong)); using \(own.id), `\(own.text)` of \(own.file)"
      )
    }
  }
}
