/// The reading of one `tokenizer.json`: what its parts mean, and errors that name the location where they mean nothing here.
struct TokenizerReader {
  /// The whole file.
  let top: JSONLocation

  /// A part that names its own `type`; `nil` where it is missing.
  func part(_ name: String) throws -> (JSONLocation, type: String)? {
    guard let location = try top.optional(name) else { return nil }
    return (location, try location.required("type").text())
  }

  /// A part, and the parts in it if it is a `Sequence`, each with its type.
  func flattened(_ location: JSONLocation, list: String) throws -> [(JSONLocation, type: String)] {
    let type = try location.required("type").text()
    guard type == "Sequence" else { return [(location, type)] }
    try location.requireOptions([list])
    return try location.required(list).elements().flatMap { try flattened($0, list: list) }
  }

  /// The bytes of `{"String": …}`.
  func literal(_ location: JSONLocation) throws -> [UInt8] {
    guard let literal = try location.optional("String")?.bytes(), !literal.isEmpty else {
      throw location.unsupported(
        "a String that is not empty", got: try location.optional("Regex") == nil ? "none" : "a Regex")
    }
    return literal
  }

  func normalizer() throws -> Normalizer {
    guard let location = try top.optional("normalizer") else { return .none }
    let steps = try flattened(location, list: "normalizers").map { location, type -> Normalizer.Step in
      switch type {
      case "NFC":
        try location.requireOptions([])
        return .compose(.ofTokenizers)
      case "Prepend":
        try location.requireOptions(["prepend"])
        return .prepend(try location.required("prepend").bytes())
      case "Replace":
        try location.requireOptions(["pattern", "content"])
        return .replace(
          pattern: try literal(location.required("pattern")), with: try location.required("content").bytes())
      default: throw location.unsupported("null, NFC, Prepend, Replace or a Sequence of them", got: type)
      }
    }
    let normalizer = Normalizer(steps: steps)
    guard steps.count <= Normalizer.mostSteps, normalizer.growth <= Normalizer.mostGrowth,
      normalizer.prefixBytes <= Normalizer.longestPrefix
    else {
      throw location.unsupported(
        "at most \(Normalizer.mostSteps) steps that together put at most \(Normalizer.longestPrefix) bytes before a text and make"
          + " it at most \(Normalizer.mostGrowth) times as long",
        got: "\(steps.count) steps that put \(normalizer.prefixBytes) bytes before it and may make it"
          + " \(Self.times(normalizer.growth)) times as long"
      )
    }
    return normalizer
  }

  /// A growth for a message.
  private static func times(_ growth: Double) -> String {
    growth == .infinity ? "any" : "\(Int(exactly: growth.rounded(.up)) ?? .max)"
  }

  /// A `Metaspace`, of a pre-tokenizer or of a decoder.
  func metaspace(_ location: JSONLocation) throws -> Metaspace {
    try location.requireOptions(["replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"])
    let replacement = try location.required("replacement")
    guard try replacement.text().unicodeScalars.count == 1 else {
      throw replacement.unsupported("one character", got: JSONLocation.shown(try replacement.text()))
    }
    var prefix = Metaspace.Prefix.always
    if let scheme = try location.optional("prepend_scheme") {
      guard let known = Metaspace.Prefix(rawValue: try scheme.text()) else {
        throw scheme.unsupported("first, always or never", got: try scheme.text())
      }
      prefix = known
      if try location.optional("add_prefix_space")?.flag() == false, known != .never {
        throw scheme.inconsistent("never, because add_prefix_space is false", got: known.rawValue)
      }
    } else if try location.optional("add_prefix_space")?.flag() == false {
      prefix = .never
    }
    return Metaspace(
      replacement: try replacement.bytes(), prefix: prefix, splits: try location.flag("split", default: true))
  }

  /// The steps from tokens to text.
  func decoder() throws -> [DecoderStep] {
    guard let whole = try top.optional("decoder") else {
      throw TokenizationError.unsupported(file: top.file, key: "decoder", expected: Self.decoders, got: "null")
    }
    let parts = try flattened(whole, list: "decoders")
    let allowed =
      "at most \(Normalizer.mostSteps) steps that together make a token at most \(Normalizer.mostGrowth) times as long"
    guard parts.count <= Normalizer.mostSteps else { throw whole.unsupported(allowed, got: "\(parts.count) steps") }
    var steps: [DecoderStep] = []
    for (location, type) in parts {
      let step = try decoderStep(location, type)
      let isFused = steps.contains(.fuse) || steps.contains(.byteLevel)
      switch step {
      case .strip(_, _, let stop) where isFused && stop > 0:
        throw location.unsupported("stop 0 behind Fuse", got: "\(stop)")
      case .strip, .fuse: break
      default: if isFused { throw location.unsupported("Strip behind Fuse or ByteLevel", got: type) }
      }
      steps.append(step)
    }
    guard !steps.isEmpty else { throw whole.unsupported(Self.decoders, got: "an empty Sequence") }
    guard steps.growth <= Normalizer.mostGrowth else {
      throw whole.unsupported(
        allowed, got: "\(steps.count) steps that may make it \(Self.times(steps.growth)) times as long")
    }
    return steps
  }

  private static let decoders =
    "ByteLevel, Replace, ByteFallback, Fuse, Strip, Metaspace or a Sequence of them"

  private func decoderStep(_ location: JSONLocation, _ type: String) throws -> DecoderStep {
    switch type {
    case "ByteLevel":
      try location.requireOptions(["add_prefix_space", "trim_offsets", "use_regex"])
      return .byteLevel
    case "ByteFallback", "Fuse":
      try location.requireOptions([])
      return type == "Fuse" ? .fuse : .byteFallback
    case "Replace":
      try location.requireOptions(["pattern", "content"])
      return .replace(
        pattern: try literal(location.required("pattern")), with: try location.required("content").bytes())
    case "Strip":
      try location.requireOptions(["content", "start", "stop"])
      let content = try location.required("content")
      guard try content.text().unicodeScalars.count == 1 else {
        throw content.unsupported("one character", got: JSONLocation.shown(try content.text()))
      }
      return .strip(
        content: try content.bytes(), start: try count(location, "start"), stop: try count(location, "stop"))
    case "Metaspace": return .metaspace(try metaspace(location))
    default: throw location.unsupported(Self.decoders, got: type)
    }
  }

  private func count(_ location: JSONLocation, _ name: String) throws -> Int {
    let count = try location.required(name)
    guard try count.integer() >= 0 else { throw count.malformed("a number that is not negative") }
    return try count.integer()
  }
}
