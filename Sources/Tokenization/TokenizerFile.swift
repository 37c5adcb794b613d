import Foundation

/// A `tokenizer.json` as it is written; `Reading` gives it meaning.
///
/// Decoding is strict about types. Keys that never change ids (`version`, `type_id`, …) are not read.
struct TokenizerFile: Decodable {
  let truncation: Presence?
  let padding: Presence?
  let addedTokens: [AddedToken]?
  let normalizer: Typed?
  let preTokenizer: PreTokenizer?
  let postProcessor: PostProcessor?
  let decoder: Typed?
  let model: Model

  private enum CodingKeys: String, CodingKey {
    case truncation, padding, normalizer, decoder, model
    case addedTokens = "added_tokens"
    case preTokenizer = "pre_tokenizer"
    case postProcessor = "post_processor"
  }

  /// Something that matters only by being there.
  struct Presence: Decodable {
    init(from decoder: any Decoder) {}
  }

  /// Something of which the type is all that matters.
  struct Typed: Decodable {
    let type: String
  }

  struct AddedToken: Decodable {
    let id: Int
    let content: String
    let singleWord: Bool
    let lstrip: Bool
    let rstrip: Bool
    let normalized: Bool
    let special: Bool

    private enum CodingKeys: String, CodingKey {
      case id, content, lstrip, rstrip, normalized, special
      case singleWord = "single_word"
    }
  }

  struct PreTokenizer: Decodable {
    let type: String
    let parts: [PreTokenizer]?
    let pattern: Pattern?
    let behavior: String?
    let addsPrefixSpace: Bool?
    let usesRegex: Bool?

    private enum CodingKeys: String, CodingKey {
      case type, pattern, behavior
      case parts = "pretokenizers"
      case addsPrefixSpace = "add_prefix_space"
      case usesRegex = "use_regex"
    }

    struct Pattern: Decodable {
      let regex: String?

      private enum CodingKeys: String, CodingKey {
        case regex = "Regex"
      }
    }
  }

  struct PostProcessor: Decodable {
    let type: String
    let processors: [PostProcessor]?
    let single: [Piece]?
    let specialTokens: [String: Special]?

    private enum CodingKeys: String, CodingKey {
      case type, processors, single
      case specialTokens = "special_tokens"
    }

    struct Piece: Decodable {
      let specialToken: Name?
      let sequence: Name?

      private enum CodingKeys: String, CodingKey {
        case specialToken = "SpecialToken"
        case sequence = "Sequence"
      }

      struct Name: Decodable {
        let id: String
      }
    }

    struct Special: Decodable {
      let ids: [Int]
    }
  }
}
