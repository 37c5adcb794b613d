import Foundation

/// The leaves of JSON text, one value or one a line: strings that are no keys, numbers, true, false and null.
enum JSONLeaves {
  /// The text with one leaf changed and all other bytes as they were, for every leaf.
  static func changes(of text: Data) -> [Data] {
    ranges(in: text).map { range in
      var changed = text
      changed.replaceSubrange(range, with: other(Data(text[range])))
      return changed
    }
  }

  private static func ranges(in text: Data) -> [Range<Int>] {
    let bytes = [UInt8](text)
    var (ranges, index) = ([Range<Int>](), 0)
    while index < bytes.count {
      let start = index
      switch bytes[index] {
      case UInt8(ascii: "\""):
        index += 1
        while bytes[index] != UInt8(ascii: "\"") { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
        index += 1
        let next = bytes[index...].first { $0 != UInt8(ascii: " ") }
        if next != UInt8(ascii: ":") { ranges.append(start..<index) }
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
        while index < bytes.count, !Array(",]} \n".utf8).contains(bytes[index]) { index += 1 }
        ranges.append(start..<index)
      default: index += 1
      }
    }
    return ranges
  }

  private static func other(_ leaf: Data) -> Data {
    switch String(decoding: leaf, as: UTF8.self) {
    case "true": Data("false".utf8)
    case "false": Data("true".utf8)
    case "null": Data("0".utf8)
    case let text where text.hasPrefix("\""): Data((text.dropLast() + "x\"").utf8)
    // Another last digit, or sign of an exponent's.
    case let text: Data((text.dropLast() + (text.hasSuffix("7") ? "8" : "7")).utf8)
    }
  }
}
