import Files

/// One step on the way from tokens to text; each takes the tokens that the step before it has made.
enum DecoderStep: Sendable, Equatable {
  /// The bytes that are spelled in the byte-level alphabet, all together as text.
  case byteLevel
  case replace(pattern: [UInt8], with: [UInt8])
  /// Runs of tokens like `<0xE4>` become their bytes or, when those are not UTF-8, a U+FFFD each.
  case byteFallback
  /// All tokens become one.
  case fuse
  /// Takes up to some characters off the beginning and the end of each token.
  case strip(content: [UInt8], start: Int, stop: Int)
  /// The character for white space becomes a space; in the first token it may be left out.
  case metaspace(Metaspace)
}

extension [DecoderStep] {
  /// How many times as long replacing may make a token.
  var growth: Double {
    reduce(1) { growth, step in
      guard case .replace(let pattern, let content) = step else { return growth }
      return growth * Swift.max(1, Double(content.count) / Double(pattern.count))
    }
  }
}

/// Tokens on their way through the steps of a decoder: what is given as soon as it cannot change, and what waits.
struct Detokenizer: Sendable {
  private struct Stage: Sendable {
    let step: DecoderStep
    /// Whether all tokens are one here (after `ByteLevel` and `Fuse`).
    let isFused: Bool
    /// Bytes that wait for others.
    var waiting: [UInt8] = []
    /// Whether a first token was seen.
    var hasBegun = false
    /// How many characters are still to be taken off the beginning.
    var toStrip = 0
  }

  private var stages: [Stage] = []
  private var output: [UInt8] = []
  private static let unreadable = Array("\u{FFFD}".utf8)

  init(_ steps: [DecoderStep]) {
    var isFused = false
    for step in steps {
      var stage = Stage(step: step, isFused: isFused)
      if case .strip(_, let start, _) = step { stage.toStrip = start }
      stages.append(stage)
      isFused = isFused || step == .fuse || step == .byteLevel
    }
  }

  /// Takes one more token; `ByteLevel` keeps its bytes until ``settle()`` or ``finish()``.
  mutating func push(_ token: [UInt8]) { feed(token, 0) }

  /// Lets go of the bytes that no later token can change.
  mutating func settle() {
    for index in stages.indices where stages[index].step == .byteLevel {
      let kept = UTF8Text.unfinishedBytes(atEndOf: stages[index].waiting)
      let ready = stages[index].waiting.dropLast(kept)
      stages[index].waiting = Array(stages[index].waiting.suffix(kept))
      if !ready.isEmpty { feed(Self.repaired(ready), index + 1) }
    }
  }

  /// Lets go of everything that waits: no token follows.
  mutating func finish() {
    for index in stages.indices {
      switch stages[index].step {
      case .byteLevel:
        let rest = stages[index].waiting
        stages[index].waiting = []
        if !rest.isEmpty { feed(Self.repaired(rest[...]), index + 1) }
      case .byteFallback: releaseBytes(of: index)
      default: break
      }
    }
  }

  /// The text that was let go of since the last call; always whole characters.
  mutating func taken() -> String {
    defer { output.removeAll(keepingCapacity: true) }
    return String(decoding: output, as: UTF8.self)
  }

  private static func repaired(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  private mutating func feed(_ token: [UInt8], _ index: Int) {
    guard index < stages.count else { return output.append(contentsOf: token) }
    switch stages[index].step {
    case .byteLevel: stages[index].waiting.append(contentsOf: token)
    case .fuse: feed(token, index + 1)
    case .replace(let pattern, let content):
      feed(UTF8Bytes.replacing(pattern, with: content, in: token), index + 1)
    case .byteFallback:
      if let byte = Self.byte(token) {
        stages[index].waiting.append(byte)
      } else {
        releaseBytes(of: index)
        feed(token, index + 1)
      }
    case .strip(let content, let start, let stop): strip(token, content, start: start, stop: stop, index)
    case .metaspace(let metaspace):
      let dropped = !stages[index].hasBegun && metaspace.prefix != .never
      stages[index].hasBegun = true
      feed(UTF8Bytes.replacing(metaspace.replacement, with: dropped ? [] : [0x20], in: token), index + 1)
    }
  }

  private mutating func strip(_ token: [UInt8], _ content: [UInt8], start: Int, stop: Int, _ index: Int) {
    guard stages[index].isFused else {
      return feed(Self.stripped(token, of: content, start: start, stop: stop), index + 1)
    }
    var left = stages[index].toStrip
    var token = token[...]
    while left > 0, token.starts(with: content) {
      token = token.dropFirst(content.count)
      left -= 1
    }
    if !token.isEmpty { left = 0 }
    stages[index].toStrip = left
    feed(Array(token), index + 1)
  }

  /// A token without up to `start` times `content` at its beginning, and up to `stop` times at its end.
  static func stripped(_ token: [UInt8], of content: [UInt8], start: Int, stop: Int) -> [UInt8] {
    var (token, left, right) = (token[...], start, stop)
    while left > 0, token.starts(with: content) {
      token = token.dropFirst(content.count)
      left -= 1
    }
    while right > 0, token.count >= content.count, token.suffix(content.count).elementsEqual(content) {
      token = token.dropLast(content.count)
      right -= 1
    }
    return Array(token)
  }

  /// Gives the bytes that a run of byte tokens has gathered to the next step.
  private mutating func releaseBytes(of index: Int) {
    let bytes = stages[index].waiting
    if bytes.isEmpty { return }
    stages[index].waiting = []
    if UTF8Text.firstInvalidByte(in: bytes) == nil {
      feed(bytes, index + 1)
    } else {
      for _ in bytes { feed(Self.unreadable, index + 1) }
    }
  }

  /// The byte of a token like `<0xE4>`.
  static func byte(_ token: [UInt8]) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
    // Rust reads "+F" as a number too.
    let digits = token[3] == UInt8(ascii: "+") ? token[4...4] : token[3...4]
    var value: UInt8 = 0
    for digit in digits {
      guard let part = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      value = value << 4 | UInt8(part)
    }
    return value
  }
}
