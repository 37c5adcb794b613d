import Files
public import Foundation

/// Byte-level BPE as a Hugging Face `tokenizer.json` describes it; ids are equal to those of Python's `tokenizers`.
///
/// A text is cut at added tokens, normalized, cut into words, and each word's bytes are merged to tokens. The value is
/// immutable, so one may be used from many tasks at once.
public struct ByteLevelBPE: Tokenizer {
  let vocabulary: Vocabulary
  let stages: Stages

  /// Reads a `tokenizer.json`.
  ///
  /// - Throws: `TokenizationError` when the file is missing, is no JSON, contradicts itself, or asks for something that
  ///   is not supported; the error names the file and the key.
  public init(contentsOf url: URL) throws {
    let file = url.path
    let data: Data
    do {
      // No regular file, or one too large to be parsed, is refused before its bytes are taken.
      let mapped = try MappedFile(url)
      guard mapped.bytes.count <= JSONFile.sizeLimit else {
        throw TokenizationError.malformed(
          file: file, key: "top level", expected: "at most \(JSONFile.sizeLimit) bytes", got: "\(mapped.bytes.count)")
      }
      data = mapped.data()
    } catch let error as TokenizationError {
      throw error
    } catch {
      throw TokenizationError.unreadable(
        file: file, expected: "a tokenizer.json", got: "the file is missing or cannot be read")
    }
    try self.init(data: data, file: file)
  }

  public var vocabularySize: Int { vocabulary.tokens.count }

  public func id(of token: String) -> Int? { vocabulary.id(of: token) }

  /// The ids of `text`, in order.
  ///
  /// - Throws: `TokenizationError.unsplittable`, only with a pre-tokenizer pattern that is not built in.
  public func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] {
    var ids: [Int] = []
    var merger = WordMerger(table: vocabulary.merges, byteIDs: vocabulary.byteIDs)
    let bytes = Array(text.utf8)
    for segment in stages.verbatimTokens.segments(of: bytes) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range): try encode(stages.normalizer.normalized(bytes[range]), with: &merger, to: &ids)
      }
    }
    return addSpecialTokens ? stages.template.wrapped(ids) : ids
  }

  /// The text of `ids`; bytes that are no UTF-8 become U+FFFD, one for each maximal invalid part.
  ///
  /// - Throws: `TokenizationError.unknownID` when an id is outside `0..<vocabularySize`.
  public func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String {
    var bytes: [UInt8] = []
    for (position, id) in ids.enumerated() {
      guard vocabulary.tokens.indices.contains(id) else {
        throw TokenizationError.unknownID(
          file: vocabulary.file, position: position, expected: "an id in 0..<\(vocabularySize)", got: "\(id)")
      }
      let token = vocabulary.tokens[id]
      if !(skipSpecialTokens && token.isSpecial) { bytes.append(contentsOf: token.bytes) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Encodes normalized text, in which the tokens that are matched after normalizing may still be.
  private func encode(_ bytes: [UInt8], with merger: inout WordMerger, to ids: inout [Int]) throws {
    for segment in stages.normalizedTokens.segments(of: bytes) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        let words = try stages.preTokenizer.words(of: range.count == bytes.count ? bytes : Array(bytes[range]))
        for word in words.ranges {
          if let id = vocabulary.wholeWords[words.bytes[word]] {
            ids.append(Int(id))
          } else {
            merger.append(words.bytes, word, to: &ids)
          }
        }
      }
    }
  }
}
