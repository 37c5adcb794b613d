/// The kinds of scalar which the pre-tokenizer patterns tell apart: each scalar has one of them, a pattern names some.
struct ScalarClass: OptionSet, Sendable, Hashable {
  let rawValue: UInt16

  /// `\p{Lu}`, `\p{Lt}`.
  static let upper = ScalarClass(rawValue: 1)
  /// `\p{Ll}`.
  static let lower = ScalarClass(rawValue: 1 << 1)
  /// `\p{Lm}`, `\p{Lo}`: letters that have no case.
  static let uncased = ScalarClass(rawValue: 1 << 2)
  /// `\p{M}`.
  static let mark = ScalarClass(rawValue: 1 << 3)
  /// `\p{N}`.
  static let number = ScalarClass(rawValue: 1 << 4)
  /// `[\r\n]`, which is white space too.
  static let newline = ScalarClass(rawValue: 1 << 5)
  /// `\s` other than `[\r\n]`.
  static let space = ScalarClass(rawValue: 1 << 6)
  /// `\p{P}`.
  static let punctuation = ScalarClass(rawValue: 1 << 7)
  /// `\p{S}`.
  static let symbol = ScalarClass(rawValue: 1 << 8)
  /// Everything else: controls, format characters, unassigned ones.
  static let rest = ScalarClass(rawValue: 1 << 9)
  /// Numbers since Unicode 17: for `Digits` they are numbers, for patterns unassigned.
  static let newNumber = ScalarClass(rawValue: 1 << 10)

  /// `\p{L}`.
  static let letter: ScalarClass = [.upper, .lower, .uncased]
  /// `\s`.
  static let whitespace: ScalarClass = [.newline, .space]
  /// `[^\s\p{L}\p{N}]`.
  static let other: ScalarClass = [.mark, .punctuation, .symbol, .rest, .newNumber]

  /// Whether this one class is among `classes`.
  func isIn(_ classes: ScalarClass) -> Bool { rawValue & classes.rawValue != 0 }

  /// The newest Unicode version whose letters and numbers the Python package knows (its Oniguruma has 16.0).
  ///
  /// A newer Swift knows more letters; without the limit such text would be cut at other positions than in training.
  private static let newestVersion = (major: 16, minor: 0)

  /// The class of every scalar below U+10000: looking properties up one by one is slow.
  private static let basicPlane = table(0..<0x10000)
  /// The same for the next plane, where the emoji are.
  private static let nextPlane = table(0x10000..<0x20000)

  private static func table(_ values: Range<UInt32>) -> [ScalarClass] {
    values.map { Unicode.Scalar($0).map(lookUp) ?? .rest }
  }

  init(rawValue: UInt16) { self.rawValue = rawValue }

  init(of scalar: Unicode.Scalar) {
    let value = Int(scalar.value)
    switch value {
    case ..<0x10000: self = Self.basicPlane[value]
    case ..<0x20000: self = Self.nextPlane[value - 0x10000]
    default: self = Self.lookUp(scalar)
    }
  }

  /// The class of every byte of `bytes`, which are UTF-8; each byte of a scalar has the scalar's class.
  ///
  /// With that a run of one class is a run of bytes, and the scanners need no decoding of their own.
  static func ofBytes(_ bytes: [UInt8]) -> [ScalarClass] {
    let basicPlane = basicPlane
    return [ScalarClass](unsafeUninitializedCapacity: bytes.count) { classes, count in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
          classes[index] = basicPlane[Int(byte)]
          index += 1
        } else {
          let length = min(UTF8Bytes.scalarLength(lead: byte), bytes.count - index)
          let found = UTF8Bytes.scalar(bytes[index..<index + length]).map(Self.init(of:)) ?? .rest
          for offset in 0..<length { classes[index + offset] = found }
          index += length
        }
      }
      count = bytes.count
    }
  }

  private static func lookUp(_ scalar: Unicode.Scalar) -> ScalarClass {
    if scalar == "\r" || scalar == "\n" { return .newline }
    // A letter without case since Unicode 17.
    if scalar == "\u{295}" { return .lower }
    let properties = scalar.properties
    let category = properties.generalCategory
    if let age = properties.age, (age.major, age.minor) > newestVersion {
      switch category {
      case .decimalNumber, .letterNumber, .otherNumber: return age.major == 17 ? .newNumber : .rest
      default: return .rest
      }
    }
    switch category {
    case .uppercaseLetter, .titlecaseLetter: return .upper
    case .lowercaseLetter: return .lower
    case .modifierLetter, .otherLetter: return .uncased
    case .nonspacingMark, .spacingMark, .enclosingMark: return .mark
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return .punctuation
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: return .symbol
    default: return properties.isWhitespace ? .space : .rest
    }
  }
}
