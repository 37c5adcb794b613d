public import Files
public import Foundation

/// JSON with one form for one value: keys sorted by their bytes, no spaces, whole numbers without a point, other numbers as short as they
/// can be. Its digest names what it says.
public enum CanonicalJSON {
  /// - Throws: An error of the encoder, for numbers that JSON does not have; `FileError`.
  public static func encode(_ value: some Encodable) throws -> Data {
    // Foundation decides how its own keys are sorted, and may decide otherwise tomorrow; a digest cannot.
    data(try JSONTree(parsing: try JSONFile.encode(value, pretty: false), path: "canonical JSON"))
  }

  /// The same of a tree.
  ///
  /// - Parameter tree: The tree.
  public static func data(_ tree: JSONTree) -> Data {
    var text: [UInt8] = []
    append(tree, to: &text)
    return Data(text)
  }

  private static func append(_ tree: JSONTree, to text: inout [UInt8]) {
    switch tree {
    case .null: text += "null".utf8
    case .boolean(let value): text += (value ? "true" : "false").utf8
    case .integer(let value): text += "\(value)".utf8
    case .number(let value): text += (Int(exactly: value).map { "\($0)" } ?? "\(value)").utf8
    case .text(let bytes): append(quoted: bytes, to: &text)
    case .list(let values):
      text.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        append(value, to: &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let members):
      text.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        append(quoted: member.name, to: &text)
        text.append(UInt8(ascii: ":"))
        append(member.value, to: &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }

  private static func append(quoted bytes: [UInt8], to text: inout [UInt8]) {
    text.append(UInt8(ascii: "\""))
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0..<0x20: text += ("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)).utf8
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
