public import Files

/// What can be wrong with a tokenizer file, or with what it is asked to do.
///
/// Every case says where (the file, and the JSON key inside it), what was expected there and what was found.
public enum TokenizationError: AccreteError, Equatable {
  /// The file is missing or cannot be read.
  case unreadable(file: String, expected: String, got: String)
  /// The file is not JSON, or a key is missing or holds a value of the wrong type.
  case malformed(file: String, key: String, expected: String, got: String)
  /// The file is sound but asks for something this module does not do.
  case unsupported(file: String, key: String, expected: String, got: String)
  /// Parts of the file contradict each other: ids, vocabulary, merges, added tokens.
  case inconsistent(file: String, key: String, expected: String, got: String)
  /// An id that is to be decoded is not in the vocabulary; `position` is its index among the ids.
  case unknownID(file: String, position: Int, expected: String, got: String)
  /// A folder has a tokenizer of a form that is not read, and no `tokenizer.json`.
  case notConverted(file: String, folder: String, packages: String)
  /// A text that cannot be cut into words: a word or text over the limit, or the regular-expression engine gave up (it backtracked too far).
  case unsplittable(file: String, key: String, expected: String, got: String)

  public var category: ErrorCategory { .data }

  /// One line: where, what was found, what was expected, and what to do about it.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .unreadable(let file, let expected, let got):
      "\(file): \(got); expected \(expected). Check the path and its permissions."
    case .malformed(let file, let key, let expected, let got):
      "\(file), \(key): found \(got); expected \(expected). Download or export the file again."
    case .unsupported(let file, let key, let expected, let got):
      "\(file), \(key): found \(got), which is not supported; expected \(expected). "
        + "Use a tokenizer of a form in docs/tokenizers.md, or change this key if its effect is not wanted."
    case .inconsistent(let file, let key, let expected, let got):
      "\(file), \(key): found \(got); expected \(expected). Export the file again from the tokenizer it was made with."
    case .unknownID(let file, let position, let expected, let got):
      "\(file), ids[\(position)]: found \(got); expected \(expected). Decode with the tokenizer that made the ids."
    case .notConverted(let file, let folder, let packages):
      "\(file): is not read, and there is no tokenizer.json beside it. Write one: pip install \(packages); python3 -c "
        + "'import sys; from transformers import AutoTokenizer as A; A.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[1])'"
        + " \(ForeignFormat.quoted(folder))"
    case .unsplittable(let file, let key, let expected, let got):
      "\(file), \(key): found \(got); expected \(expected). Cut the text into shorter parts and encode each."
    }
  }
}
