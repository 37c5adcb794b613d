/// Strings as JSON has them: escaped is only what must be, so that files are equal to those that Python's `tokenizers` writes.
enum JSONText {
  /// The UTF-8 of the string in its quotes.
  static func quoted(_ text: String) -> [UInt8] {
    var quoted: [UInt8] = [0x22]
    for byte in text.utf8 {
      switch byte {
      case 0x22: quoted += Array(#"\""#.utf8)
      case 0x5C: quoted += Array(#"\\"#.utf8)
      case 0x08: quoted += Array(#"\b"#.utf8)
      case 0x09: quoted += Array(#"\t"#.utf8)
      case 0x0A: quoted += Array(#"\n"#.utf8)
      case 0x0C: quoted += Array(#"\f"#.utf8)
      case 0x0D: quoted += Array(#"\r"#.utf8)
      case 0..<0x20: quoted += Array("\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
      default: quoted.append(byte)
      }
    }
    return quoted + [0x22]
  }

  /// An object, each member on a line of its own.
  ///
  /// - Parameter members: Names, and values that are JSON already.
  static func object(_ members: [(name: String, value: [UInt8])]) -> [UInt8] {
    var bytes = Array("{".utf8)
    for (index, member) in members.enumerated() {
      bytes += Array((index == 0 ? "\n  " : ",\n  ").utf8) + quoted(member.name) + Array(": ".utf8) + member.value
    }
    return bytes + Array("\n}\n".utf8)
  }
}
