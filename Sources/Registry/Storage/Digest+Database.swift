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
    self.init("sha256:" + bytes.hexadecimal)
  }
}

extension Data {
  /// Two digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * count)
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
