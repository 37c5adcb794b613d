/// Two digits a byte, in lowercase.
public enum Hexadecimal {
  /// - Parameters:
  ///   - bytes: What is spelled.
  ///   - prefix: Stands before it. Lists have thousands of digests, so that both are written at once.
  public static func text(_ bytes: UnsafeRawBufferPointer, after prefix: StaticString = "") -> String {
    let length = prefix.utf8CodeUnitCount
    return String(unsafeUninitializedCapacity: length + 2 * bytes.count) { text in
      for index in 0..<length { text[index] = prefix.utf8Start[index] }
      for (index, byte) in bytes.enumerated() {
        text[length + 2 * index] = digit(byte >> 4)
        text[length + 2 * index + 1] = digit(byte & 15)
      }
      return length + 2 * bytes.count
    }
  }

  /// The bytes that digits spell; `nil` for an odd number of them, and for anything else than digits and lowercase letters.
  public static func bytes(_ digits: some Collection<UInt8>) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
      guard let value = value(digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
