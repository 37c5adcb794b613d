extension AccessKeys {
  /// A text in which all that looks like a key is made unreadable, for logs: `ak_0123456789ab_[redacted]`.
  ///
  /// Whole keys and keys that were cut off lose their secret and keep their id, by which an operator finds them. What begins like a key and goes
  /// on like a secret, but has no id, goes altogether. Upper and lower case are one.
  ///
  /// - Parameter text: Any; it is read once.
  public static func redacted(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var (result, index, isChanged) = ([UInt8](), 0, false)
    result.reserveCapacity(bytes.count)
    while index < bytes.count {
      guard isPrefix(bytes, index) else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let start = index + KeyText.prefix.utf8.count
      let end = bytes[start...].firstIndex { !KeyText.isSecret($0) } ?? bytes.count
      let idEnd = start + KeyText.idLength
      if end > idEnd + 1, bytes[idEnd] == UInt8(ascii: "_"), bytes[start..<idEnd].allSatisfy(isHexadecimal) {
        result.append(contentsOf: bytes[index...idEnd])
        result.append(contentsOf: mark)
        (index, isChanged) = (end, true)
      } else if end - start >= leastSecret {
        result.append(contentsOf: bytes[index..<start])
        result.append(contentsOf: mark)
        (index, isChanged) = (end, true)
      } else {
        result.append(contentsOf: bytes[index..<start])
        index = start
      }
    }
    return isChanged ? String(decoding: result, as: UTF8.self) : text
  }

  private static let mark = Array("[redacted]".utf8)
  /// Without an id, what is shorter is more likely a name with `ak_` in it.
  private static let leastSecret = 40

  /// Whether a key begins here.
  private static func isPrefix(_ bytes: [UInt8], _ index: Int) -> Bool {
    index + 2 < bytes.count && bytes[index] | 0x20 == UInt8(ascii: "a") && bytes[index + 1] | 0x20 == UInt8(ascii: "k")
      && bytes[index + 2] == UInt8(ascii: "_")
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
