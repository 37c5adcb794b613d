/// The kinds of scalar which the pre-tokenizer patterns tell apart.
enum ScalarClass: UInt8 {
  /// `\p{L}`.
  case letter
  /// `\p{N}`.
  case number
  /// `[\r\n]`, which is white space too.
  case newline
  /// `\s` other than `[\r\n]`.
  case space
  /// Everything else: marks, punctuation, symbols, controls, unassigned.
  case other

  var isWhitespace: Bool { self == .newline || self == .space }

  /// The newest Unicode version whose letters and numbers the Python package knows (its Oniguruma has 16.0).
  ///
  /// A newer Swift knows more letters; without the limit such text would be cut in other places than in training.
  private static let newestVersion = (major: 16, minor: 0)

  /// The class of every scalar below U+10000: looking properties up one by one is slow.
  private static let basicPlane: [ScalarClass] = (UInt32(0)..<0x10000).map { value in
    Unicode.Scalar(value).map(lookUp) ?? .other
  }

  init(of scalar: Unicode.Scalar) {
    let value = Int(scalar.value)
    self = value < Self.basicPlane.count ? Self.basicPlane[value] : Self.lookUp(scalar)
  }

  /// The class of every byte of `bytes`, which are UTF-8; each byte of a scalar has the scalar's class.
  ///
  /// With that a run of one class is a run of bytes, and the scanners need no decoding of their own.
  static func ofBytes(_ bytes: [UInt8]) -> [ScalarClass] {
    var classes: [ScalarClass] = []
    classes.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        classes.append(basicPlane[Int(byte)])
        index += 1
      } else {
        let length = min(UTF8Bytes.scalarLength(lead: byte), bytes.count - index)
        let scalar = UTF8Bytes.scalar(bytes[index..<index + length])
        let found = scalar.map(Self.init(of:)) ?? .other
        for _ in 0..<length { classes.append(found) }
        index += length
      }
    }
    return classes
  }

  private static func lookUp(_ scalar: Unicode.Scalar) -> ScalarClass {
    if scalar == "\r" || scalar == "\n" { return .newline }
    let properties = scalar.properties
    if let age = properties.age, (age.major, age.minor) > newestVersion { return .other }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return properties.isWhitespace ? .space : .other
    }
  }
}
