/// A hand-written matcher for the pre-tokenizer patterns in common use, chosen by the pattern's exact text.
///
/// It cuts as the regular expression does, many times faster and in linear time. The alternatives of a pattern are
/// tried in the pattern's order, which is the order of the branches below.
struct PatternScanner: Sendable, Equatable {
  /// The two families of pattern.
  enum Family: Sendable {
    /// GPT-2: an optional space goes with the letters, numbers or symbols after it.
    case gpt2
    /// Llama-3, Qwen2: any one character goes with the letters after it, and newlines are kept together.
    case llama
  }

  /// How the English contractions (`'s`, `'re`) match letters that are not lower case.
  enum Contractions: Sendable {
    case lowercase
    /// `[sS]`: ASCII letters of either case.
    case eitherCase
    /// `(?i:s)`: either case and what folds to it, which is U+017F LATIN SMALL LETTER LONG S for "s".
    case folded
  }

  let family: Family
  let contractions: Contractions
  /// The most numbers in one piece; `Int.max` for `\p{N}+`.
  let numbersTogether: Int

  /// The pattern of GPT-2, which `ByteLevel` with `use_regex` has built in.
  static let gpt2 = PatternScanner(family: .gpt2, contractions: .lowercase, numbersTogether: .max)

  /// The scanner for `pattern`, or nil when the pattern is none that is known here.
  static func forPattern(_ pattern: String) -> PatternScanner? { known[Array(pattern.utf8)] }

  /// Keyed by bytes: `String` equality would also accept canonically equivalent spellings.
  private static let known: [[UInt8]: PatternScanner] = {
    let contractions: [(String, Contractions)] = [
      (#"'s|'t|'re|'ve|'m|'ll|'d"#, .lowercase),
      (#"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"#, .eitherCase),
      (#"(?i:'s|'t|'re|'ve|'m|'ll|'d)"#, .folded),
    ]
    let numbers: [(String, Int)] = [(#"\p{N}"#, 1), (#"\p{N}{1,3}"#, 3), (#"\p{N}+"#, .max)]
    var known: [[UInt8]: PatternScanner] = [:]
    for (contraction, mode) in contractions {
      let gpt2 = contraction + #"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
      known[Array(gpt2.utf8)] = PatternScanner(family: .gpt2, contractions: mode, numbersTogether: .max)
      for (number, most) in numbers {
        let llama =
          contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        known[Array(llama.utf8)] = PatternScanner(family: .llama, contractions: mode, numbersTogether: most)
      }
    }
    return known
  }()
}
