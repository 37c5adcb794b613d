extension String {
  /// The text on one line, for a message: control characters, which a name in a file may hold, would break the line or
  /// command the terminal.
  public var onOneLine: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var line = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: line.append(" ")
      default: line.append(scalar)
      }
    }
    return String(line)
  }

  /// A name on one line with all that cannot be seen spelled out, so that two names stay two.
  public var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.flatMap { scalar in
          [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
            ? Array(scalar.escaped(asASCII: true).unicodeScalars) : [scalar]
        }))
  }

  /// The text with control characters spelled out, but for line ends and tabs: what may go to a terminal.
  ///
  /// They are spelled as JSON spells them, so that JSON in which one stands as it is means the same afterwards.
  public var withoutControls: String {
    func isControl(_ value: UInt32) -> Bool {
      value < 0x20 && value != 0x0A && value != 0x09 || (0x7F..<0xA0).contains(value)
    }
    // U+0080 to U+009F are two bytes, the first of them C2.
    guard utf8.contains(where: { isControl(UInt32($0)) || $0 == 0xC2 }) else { return self }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      guard isControl(scalar.value) else {
        text.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      text.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
    }
    return String(text)
  }
}

extension Collection<String> {
  /// The first ten, and how many more there are: what was expected, for a message.
  public var listed: String {
    let shown = prefix(10).joined(separator: ", ")
    return count > 10 ? "\(shown), … and \(count - 10) more" : shown
  }
}
