/// Names that become files and folders: of tasks, of experts.
///
/// A plain name cannot leave its folder, whatever the operating system makes of it: no separator, no `..`, no NUL, nothing that another
/// system reads as something else.
public enum PlainName {
  /// Whether a name is made of 1 to `longest` ASCII letters, digits, `.`, `_` and `-`, and does not start with a dot.
  public static func isPlain(_ name: String, longest: Int) -> Bool {
    func isAllowed(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return (1...max(longest, 1)).contains(name.utf8.count) && name.utf8.allSatisfy(isAllowed) && !name.hasPrefix(".")
  }

  /// A plain name like another; `nil` where nothing of it is left. It never begins with a dash: behind an option it would be taken for one.
  public static func proposal(for name: String, longest: Int) -> String? {
    let pieces = name.split { character in
      !character.isASCII || !isPlain("a\(character)", longest: .max)
    }
    let joined = String(pieces.joined(separator: "-").drop { $0 == "." || $0 == "-" }.prefix(longest))
    return isPlain(joined, longest: longest) ? joined : nil
  }
}
