import Files
import Foundation

/// The header of a safetensors file: names, types, shapes and places of its tensors.
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
    guard json.first == UInt8(ascii: "{") else { throw broken("its header is no JSON object") }
    guard JSONFile.nestingDepth(json) <= 8 else { throw broken("its header is nested too deeply") }
    let names = try Self.countNames(json, path: path)
    guard let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any] else {
      throw broken("its header is no valid JSON object")
    }
    guard object.count == names else { throw broken("a tensor is listed twice, spelled in two ways") }
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    for (name, value) in object {
      if name == "__metadata__" {
        guard let strings = value as? [String: String] else { throw broken("__metadata__ is no map of strings") }
        metadata = strings
        continue
      }
      entries[name] = try Self.entry(name, value, dataStart: dataStart, dataSize: bytes.count - dataStart, path: path)
    }
    try Self.checkCoverage(entries, dataStart: dataStart, end: bytes.count, path: path)
    self.entries = entries
    self.metadata = metadata
  }

  private static func entry(_ name: String, _ value: Any, dataStart: Int, dataSize: Int, path: String) throws -> Entry {
    func broken(_ rule: String) -> TorchError { .malformedSafetensors(path: path, rule: "tensor `\(name)` \(rule)") }
    guard let fields = value as? [String: Any], Set(fields.keys) == ["dtype", "shape", "data_offsets"] else {
      throw broken("must have exactly dtype, shape and data_offsets")
    }
    guard let code = fields["dtype"] as? String, let dtype = DType(safetensors: code) else {
      throw broken("has unsupported dtype \(fields["dtype"] ?? "null")")
    }
    guard let shape = integers(fields["shape"]), shape.count <= 16 else { throw broken("has an invalid shape") }
    guard let offsets = integers(fields["data_offsets"]), offsets.count == 2, let begin = offsets.first,
      let end = offsets.last, begin <= end
    else { throw broken("has invalid data_offsets") }
    guard end <= dataSize else {
      throw broken("ends at byte \(end) of \(dataSize) bytes of data; the file is truncated")
    }
    var size = dtype.size
    for length in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow else { throw broken("has a shape too large for this machine") }
      size = product
    }
    guard size == end - begin else {
      throw broken("needs \(size) bytes for \(dtype)\(shape) but its offsets span \(end - begin)")
    }
    return Entry(dtype: dtype, shape: shape, range: (dataStart + begin)..<(dataStart + end))
  }

  private static func integers(_ value: Any?) -> [Int]? {
    guard let numbers = value as? [NSNumber] else { return nil }
    let integers = numbers.compactMap { number -> Int? in
      // A JSON true or 1.5 also arrives as a number.
      guard Double(exactly: number.intValue) == number.doubleValue, number.intValue >= 0,
        String(cString: number.objCType) != "c"
      else { return nil }
      return number.intValue
    }
    return integers.count == numbers.count ? integers : nil
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

  // Foundation's parser keeps one of two equal keys without a word, so the names are counted here: top-level keys are
  // the strings at depth 1 that a colon follows. Names that are equal only once escapes are read show in the count.
  private static func countNames(_ json: UnsafeRawBufferPointer, path: String) throws -> Int {
    var seen: Set<[UInt8]> = []
    var depth = 0
    var index = 0
    var current: [UInt8] = []
    while index < json.count {
      let byte = json[index]
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ":") where depth == 1:
        guard seen.insert(current).inserted else {
          let name = String(decoding: current, as: UTF8.self)
          throw TorchError.malformedSafetensors(path: path, rule: "tensor `\(name)` is listed twice")
        }
      case UInt8(ascii: "\""):
        let start = index + 1
        index = start
        while index < json.count, json[index] != UInt8(ascii: "\"") {
          index += json[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        if depth == 1 { current = Array(json[start..<min(index, json.count)]) }
      default: break
      }
      index += 1
    }
    return seen.count
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
