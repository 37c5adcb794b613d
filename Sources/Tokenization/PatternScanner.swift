/// A hand-written matcher for the pre-tokenizer patterns in common use, chosen by the pattern's exact text.
///
/// It cuts as the regular expression does, many times faster and in linear time. The alternatives of a pattern are
/// tried in the pattern's order, which is the order of the branches in the matching functions.
struct PatternScanner: Sendable, Equatable {
  /// The families of patterns.
  enum Family: Sendable {
    /// GPT-2: an optional space goes with the letters, numbers or symbols after it.
    case gpt2
    /// Llama 3, Qwen2, Hunyuan: any one character goes with the letters after it, and newlines are kept together.
    case llama
    /// Tekken, o200k: as `llama`, but words are also cut where their case changes, and slashes go with newlines.
    case cased
    /// DeepSeek-V3, Hunyuan's small models: what is left after their numbers and their Chinese and kana are cut out.
    case deepSeek
    /// `[一-龥぀-ゟ゠-ヿ]+`.
    case chineseAndKana
    /// `\p{N}` as often as `numbersTogether` allows.
    case numbers
    /// The pre-tokenizer `Digits`: numbers as a newer Unicode has them.
    case digits
  }

  /// How the English contractions (`'s`, `'re`) match letters that are not lower case.
  enum Contractions: Sendable {
    case none
    case lowercase
    /// `[sS]`: ASCII letters of either case.
    case eitherCase
    /// `(?i:s)`: either case and what folds to it, which is U+017F LATIN SMALL LETTER LONG S for "s".
    case folded
  }

  let family: Family
  var contractions = Contractions.none
  /// The most numbers in one piece; `Int.max` for `\p{N}+`.
  var numbersTogether = Int.max

  /// Whether every character is in some match, so that nothing is between matches.
  var matchesEverything: Bool {
    switch family {
    case .gpt2, .llama, .cased: true
    case .deepSeek, .chineseAndKana, .numbers, .digits: false
    }
  }

  /// The pattern of GPT-2, which `ByteLevel` with `use_regex` has built in.
  static let gpt2 = PatternScanner(family: .gpt2, contractions: .lowercase)

  /// The pattern of Qwen2 and of `hy.tiktoken`: each number is a piece of its own.
  static let qwen2 = PatternScanner(family: .llama, contractions: .folded, numbersTogether: 1)

  /// The scanner for `pattern`, or `nil` when the pattern is none that is known here.
  static func forPattern(_ pattern: String) -> PatternScanner? { known[Array(pattern.utf8)] }

  /// Keyed by bytes: `String` equality would also accept canonically equivalent spellings.
  private static let known: [[UInt8]: PatternScanner] = {
    var known: [[UInt8]: PatternScanner] = [:]
    for (pattern, scanner) in wordPatterns + casedPatterns + singlePatterns { known[Array(pattern.utf8)] = scanner }
    return known
  }()

  private static let folded = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)"#
  private static let numberPatterns = [(#"\p{N}"#, 1), (#"\p{N}{1,2}"#, 2), (#"\p{N}{1,3}"#, 3), (#"\p{N}+"#, Int.max)]

  private static let wordPatterns: [(String, PatternScanner)] = {
    let contractions: [(String, Contractions)] = [
      (#"'s|'t|'re|'ve|'m|'ll|'d"#, .lowercase),
      (#"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"#, .eitherCase),
      (folded, .folded),
    ]
    var patterns: [(String, PatternScanner)] = []
    for (contraction, mode) in contractions {
      let gpt2 = contraction + #"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
      patterns.append((gpt2, PatternScanner(family: .gpt2, contractions: mode)))
      for (number, most) in numberPatterns {
        let llama =
          contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        patterns.append((llama, PatternScanner(family: .llama, contractions: mode, numbersTogether: most)))
      }
    }
    return patterns
  }()

  private static let casedPatterns: [(String, PatternScanner)] = {
    let head = #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let tail = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    var patterns: [(String, PatternScanner)] = []
    for (contraction, mode) in [("", Contractions.none), (folded + "?", .folded)] {
      for (number, most) in numberPatterns {
        let cased =
          "\(head)*\(tail)+\(contraction)|\(head)+\(tail)*\(contraction)|\(number)"
          + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        patterns.append((cased, PatternScanner(family: .cased, contractions: mode, numbersTogether: most)))
      }
    }
    return patterns
  }()

  private static let singlePatterns: [(String, PatternScanner)] =
    numberPatterns.map { ($0, PatternScanner(family: .numbers, numbersTogether: $1)) } + [
      ("[\u{4E00}-\u{9FA5}\u{3040}-\u{309F}\u{30A0}-\u{30FF}]+", PatternScanner(family: .chineseAndKana)),
      (
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
          + #"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        PatternScanner(family: .deepSeek)
      ),
    ]
}
