import Files
import Foundation

extension Digest {
  /// Its 32 bytes, as the database has them.
  var bytes: Data {
    var bytes = Data(capacity: 32)
    var high: UInt8?
    for digit in description.utf8.dropFirst("sha256:".utf8.count) {
      let value = digit < UInt8(ascii: "a") ? digit &- UInt8(ascii: "0") : digit &- UInt8(ascii: "a") &+ 10
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  /// The 64 hexadecimal digits.
  var hexadecimal: String { String(description.dropFirst("sha256:".count)) }

  /// - Parameter bytes: 32 of them; any other number is no digest.
  init?(bytes: Data) {
    guard bytes.count == 32 else { return nil }
    self.init(bytes.hexadecimal(after: "sha256:"))
  }
}

extension Data {
  /// Two digits a byte.
  var hexadecimal: String { hexadecimal(after: "") }

  /// The same behind other text: lists have thousands of digests.
  func hexadecimal(after prefix: StaticString) -> String {
    let length = prefix.utf8CodeUnitCount
    return String(unsafeUninitializedCapacity: length + 2 * count) { text in
      for place in 0..<length { text[place] = prefix.utf8Start[place] }
      func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
      withUnsafeBytes { bytes in
        for (place, byte) in bytes.enumerated() {
          text[length + 2 * place] = digit(byte >> 4)
          text[length + 2 * place + 1] = digit(byte & 15)
        }
      }
      return length + 2 * count
    }
  }
}
