extension TokenizerReader {
  /// The steps that cut text into words, and whether words are then spelled in the byte-level alphabet.
  func preTokenizer() throws -> (value: PreTokenizer, isByteLevel: Bool) {
    guard let whole = try top.optional("pre_tokenizer") else { return (PreTokenizer(steps: []), false) }
    let parts = try flattened(whole, list: "pretokenizers")
    var steps: [PreTokenizer.Step] = []
    for (index, (location, type)) in parts.enumerated() {
      switch type {
      case "Split": steps.append(try split(location))
      case "Digits": steps.append(try digits(location))
      case "Metaspace": steps.append(.metaspace(try metaspace(location)))
      case "ByteLevel":
        // After it text is spelled in the byte alphabet, where patterns see other characters.
        guard index == parts.count - 1 else {
          throw location.unsupported("ByteLevel as the last pre-tokenizer", got: "ByteLevel before others")
        }
        steps += try byteLevel(location)
      default: throw location.unsupported("ByteLevel, Split, Digits, Metaspace or a Sequence of them", got: type)
      }
    }
    return (PreTokenizer(steps: steps), parts.last?.type == "ByteLevel")
  }

  private func byteLevel(_ location: JSONLocation) throws -> [PreTokenizer.Step] {
    // Trimmed offsets change no id.
    try location.requireOptions(["add_prefix_space", "trim_offsets", "use_regex"])
    var steps: [PreTokenizer.Step] = []
    if try location.flag("add_prefix_space", default: true) { steps.append(.prefixSpace) }
    if try location.flag("use_regex", default: true) { steps.append(.scanner(.gpt2)) }
    return steps
  }

  private func digits(_ location: JSONLocation) throws -> PreTokenizer.Step {
    try location.requireOptions(["individual_digits"])
    let isEach = try location.flag("individual_digits", default: false)
    return .scanner(PatternScanner(family: .digits, numbersTogether: isEach ? 1 : .max))
  }

  private func split(_ location: JSONLocation) throws -> PreTokenizer.Step {
    try location.requireOptions(["pattern", "behavior", "invert"])
    let pattern = try location.required("pattern")
    guard let regex = try pattern.optional("Regex") else { throw pattern.unsupported("a Regex", got: "none") }
    let scanner = PatternScanner.forPattern(try regex.text())
    let behavior = try location.required("behavior")
    switch (try behavior.text(), try location.flag("invert", default: false)) {
    // Inverted, what is between matches would be isolated: with both sides kept that is the same cut.
    case ("Isolated", _): break
    // Inverted, what is between matches would be removed: there is nothing.
    case ("Removed", true) where scanner?.matchesEverything == true: break
    case (let other, _): throw behavior.unsupported("\"Isolated\"", got: other)
    }
    if let scanner { return .scanner(scanner) }
    return .regex(try RegexCutter(pattern: try regex.text(), file: top.file, key: regex.key))
  }
}
