extension BPETokenizer {
  public func textBytes(of id: Int, isFirst: Bool) -> [UInt8]? {
    guard vocabulary.tokens.indices.contains(id), !vocabulary.tokens[id].isSpecial else { return nil }
    return stages.decoder.textBytes(of: vocabulary.tokens[id].bytes, isFirst: isFirst)
  }
}

extension [DecoderStep] {
  /// What a token adds to a text of whole characters.
  ///
  /// - Parameters:
  ///   - token: What it gives to the first step.
  ///   - isFirst: Whether the text begins with it; otherwise another one with text stands before it.
  /// - Returns: `nil` where it adds nothing, or what it adds depends on its neighbours.
  func textBytes(of token: [UInt8], isFirst: Bool) -> [UInt8]? {
    var bytes = token
    // Tokens of single bytes go on as one with others of their kind, so that a step which changes each token sees more than this one.
    var isByte = false
    var isFused = false
    for step in self {
      switch step {
      case .byteLevel, .fuse: isFused = true
      case .byteFallback:
        guard !isByte, let byte = Detokenizer.byte(bytes) else { continue }
        bytes = [byte]
        isByte = true
      case .replace(let pattern, let content):
        if isByte { return nil }
        bytes = UTF8Bytes.replacing(pattern, with: content, in: bytes)
      case .metaspace(let metaspace):
        if isByte { return nil }
        let space: [UInt8] = isFirst && metaspace.prefix != .never ? [] : [0x20]
        bytes = UTF8Bytes.replacing(metaspace.replacement, with: space, in: bytes)
      case .strip(let content, let start, let stop):
        if isFused {
          guard isFirst else { continue }
          guard let rest = bytes.beginning(without: content, upTo: start) else { return nil }
          bytes = rest
        } else {
          if isByte { return nil }
          bytes = Detokenizer.stripped(bytes, of: content, start: start, stop: stop)
        }
      }
    }
    return bytes.isEmpty ? nil : bytes
  }
}

extension [UInt8] {
  /// The rest behind up to `count` times `content`; `nil` where the bytes that follow would decide how much is taken off.
  fileprivate func beginning(without content: [UInt8], upTo count: Int) -> [UInt8]? {
    var (rest, left) = (self[...], count)
    while left > 0, rest.starts(with: content) {
      rest = rest.dropFirst(content.count)
      left -= 1
    }
    return left > 0 && content.starts(with: rest) ? nil : Array(rest)
  }
}
