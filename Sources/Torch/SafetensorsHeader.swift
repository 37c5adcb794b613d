import Files
import Foundation

/// The header of a safetensors file: names, types, shapes and offsets of its tensors.
///
/// Format: 8 bytes little-endian header length, JSON object, data. Every rule of the format is checked here, so that
/// what follows can trust offsets: https://github.com/huggingface/safetensors#format
struct SafetensorsHeader {
  struct Entry {
    let dtype: DType
    let shape: [Int]
    /// Range of bytes, counted from the start of the file.
    let range: Range<Int>
  }

  /// The reference implementation's limit.
  static let sizeLimit = 100_000_000

  let entries: [String: Entry]
  let metadata: [String: String]

  /// - Throws: ``TorchError/malformedSafetensors(path:rule:)``.
  init(_ file: MappedFile) throws {
    let path = file.url.path
    func broken(_ rule: String) -> TorchError { .malformedSafetensors(path: path, rule: rule) }
    let bytes = file.bytes
    guard bytes.count >= 8 else { throw broken("it has \(bytes.count) bytes and no header") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.sizeLimit) else {
      throw broken("its header claims \(length) bytes, more than the format's limit of \(Self.sizeLimit)")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw broken("its header claims \(length) bytes but the file ends after \(bytes.count); it is truncated")
    }
    let json = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
    guard JSONFile.nestingDepth(json) <= 8 else { throw broken("its header is nested too deeply") }
    var reading = SafetensorsReading(path: path, dataStart: dataStart, dataSize: bytes.count - dataStart)
    do {
      try JSONParser.whole(json) { parser in
        guard try parser.isAtObject() else { throw broken("its header is not a JSON object") }
        try parser.members { try reading.member($1, &$0) }
      }
    } catch let failure as JSONTree.Failure {
      throw broken("its header is not a valid JSON object: \(failure.text)")
    }
    try Self.checkCoverage(reading.entries, dataStart: dataStart, end: bytes.count, path: path)
    entries = reading.entries
    metadata = reading.metadata ?? [:]
  }

  // Tensors must lie one after another without gaps or overlap and fill the data exactly.
  private static func checkCoverage(_ entries: [String: Entry], dataStart: Int, end: Int, path: String) throws {
    var position = dataStart
    for (name, entry) in entries.sorted(by: {
      ($0.value.range.lowerBound, $0.value.range.upperBound) < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }) {
      guard entry.range.lowerBound == position else {
        let problem = entry.range.lowerBound < position ? "overlaps the tensor before it" : "leaves a gap before it"
        throw TorchError.malformedSafetensors(path: path, rule: "tensor `\(name)` \(problem)")
      }
      position = entry.range.upperBound
    }
    guard position == end else {
      throw TorchError.malformedSafetensors(path: path, rule: "\(end - position) bytes at its end belong to no tensor")
    }
  }
}

/// A header while it is read, member by member: it may have millions of them.
private struct SafetensorsReading {
  let path: String
  let dataStart: Int
  let dataSize: Int
  var entries: [String: SafetensorsHeader.Entry] = [:]
  var metadata: [String: String]?

  private func broken(_ rule: String) -> TorchError { .malformedSafetensors(path: path, rule: rule) }

  mutating func member(_ name: [UInt8], _ parser: inout JSONParser) throws {
    if name.elementsEqual("__metadata__".utf8) {
      guard metadata == nil else { throw broken("__metadata__ is listed twice") }
      metadata = try Self.strings(parser.value()) ?? { throw broken("__metadata__ is not a map of strings") }()
      return
    }
    let name = String(decoding: name, as: UTF8.self)
    let entry = try entry(name, &parser)
    // Swift's texts are equal also where only their characters are; no checkpoint has two such names.
    guard entries.updateValue(entry, forKey: name) != nil else { return }
    throw broken("tensor `\(name)` is listed twice, or in two spellings of the same characters")
  }

  /// A map of strings; empty for null, which is what a writer without metadata may put there.
  private static func strings(_ value: JSONTree) -> [String: String]? {
    if case .null = value { return [:] }
    guard case .object(let members) = value else { return nil }
    var strings: [String: String] = [:]
    for member in members {
      guard case .text(let text) = member.value,
        strings.updateValue(String(decoding: text, as: UTF8.self), forKey: String(decoding: member.name, as: UTF8.self))
          == nil
      else { return nil }
    }
    return strings
  }

  /// An entry; members that the format does not know are passed over, as the reference does.
  private func entry(_ name: String, _ parser: inout JSONParser) throws -> SafetensorsHeader.Entry {
    func broken(_ rule: String) -> TorchError { self.broken("tensor `\(name)` \(rule)") }
    var (dtype, shape, offsets): (JSONTree?, JSONTree?, JSONTree?) = (nil, nil, nil)
    guard try parser.isAtObject() else { throw broken("must have dtype, shape and data_offsets") }
    try parser.members { parser, key in
      func take(_ value: inout JSONTree?) throws {
        guard value == nil else { throw broken("has `\(String(decoding: key, as: UTF8.self))` twice") }
        value = try parser.value()
      }
      switch String(decoding: key, as: UTF8.self) {
      case "dtype": try take(&dtype)
      case "shape": try take(&shape)
      case "data_offsets": try take(&offsets)
      default: try parser.skip()
      }
    }
    guard let dtype, let shape, let offsets else { throw broken("must have dtype, shape and data_offsets") }
    guard case .text(let code) = dtype, let type = DType(safetensors: String(decoding: code, as: UTF8.self)) else {
      throw broken("has unsupported dtype \(Self.shown(dtype))")
    }
    guard let lengths = Self.integers(shape), lengths.count <= 16 else { throw broken("has an invalid shape") }
    guard let bounds = Self.integers(offsets), bounds.count == 2, bounds[0] <= bounds[1] else {
      throw broken("has invalid data_offsets")
    }
    let (begin, end) = (bounds[0], bounds[1])
    guard end <= dataSize else {
      throw broken("ends at byte \(end) of \(dataSize) bytes of data; the file is truncated")
    }
    var size = type.size
    for length in lengths {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw broken("has a shape too large for this machine") }
      size = product
    }
    guard size == end - begin else {
      throw broken("needs \(size) bytes for \(type)\(lengths) but its offsets span \(end - begin)")
    }
    return SafetensorsHeader.Entry(dtype: type, shape: lengths, range: (dataStart + begin)..<(dataStart + end))
  }

  private static func shown(_ value: JSONTree) -> String {
    if case .text(let text) = value { return String(decoding: text.prefix(60), as: UTF8.self) }
    return value.kind
  }

  private static func integers(_ value: JSONTree) -> [Int]? {
    guard case .list(let values) = value else { return nil }
    let integers = values.compactMap { value -> Int? in
      if case .integer(let number) = value, number >= 0 { number } else { nil }
    }
    return integers.count == values.count ? integers : nil
  }
}

extension DType {
  /// The name that safetensors uses.
  var safetensorsName: String {
    switch self {
    case .float32: "F32"
    case .float64: "F64"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    case .int16: "I16"
    case .int8: "I8"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }

  init?(safetensors name: String) {
    guard let match = DType.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
    self = match
  }
}
