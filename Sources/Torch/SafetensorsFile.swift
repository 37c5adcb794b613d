import CTorch
public import Files
public import Foundation

/// A safetensors file, mapped into memory: opening it reads the header only.
public struct SafetensorsFile: Sendable {
  public let url: URL
  /// Names of the tensors, sorted.
  public let names: [String]
  /// The header's `__metadata__`.
  public let metadata: [String: String]

  private let file: MappedFile
  private let header: SafetensorsHeader

  /// - Throws: `FileError` or ``TorchError/malformedSafetensors(path:rule:)``.
  public init(_ url: URL) throws {
    try self.init(MappedFile(url))
  }

  /// A file that is mapped, or in memory, already.
  /// - Throws: ``TorchError/malformedSafetensors(path:rule:)``.
  public init(_ file: MappedFile) throws {
    url = file.url
    self.file = file
    header = try SafetensorsHeader(file)
    names = header.entries.keys.sorted()
    metadata = header.metadata
  }

  /// Shape of a tensor, without touching its data.
  public func shape(of name: String) -> [Int]? { header.entries[name]?.shape }

  /// Element type of a tensor, without touching its data.
  public func dtype(of name: String) -> DType? { header.entries[name]?.dtype }

  /// The tensor over the mapped pages: nothing is copied until an operation reads it. It must not be changed in place.
  /// - Throws: ``TorchError/missingTensor(path:name:)``.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = header.entries[name] else { throw TorchError.missingTensor(path: url.path, name: name) }
    guard !entry.range.isEmpty, let base = file.bytes.baseAddress else {
      return try Tensor(uninitialized: entry.shape, entry.dtype)
    }
    let address = UnsafeMutableRawPointer(mutating: base + entry.range.lowerBound)
    // libtorch needs aligned elements; headers are padded to 8 by most writers, but not by all.
    guard Int(bitPattern: address) % entry.dtype.size == 0 else {
      let copy = try Tensor(uninitialized: entry.shape, entry.dtype)
      try copy.withMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: file.bytes[entry.range])) }
      return copy
    }
    let keeper = Unmanaged.passRetained(file)
    let sizes = entry.shape.map(Int64.init)
    do {
      return try Operation.produce("from_blob", []) { result in
        libtorch.accrete_from_memory(
          address, Int64(sizes.count), sizes, entry.dtype.code,
          { context in context.map { Unmanaged<MappedFile>.fromOpaque($0).release() } }, keeper.toOpaque(), &result)
      }
    } catch {
      keeper.release()
      throw error
    }
  }

  /// Whether a tensor lies in the mapped pages, so that it takes no memory of its own.
  public func maps(_ tensor: Tensor) throws -> Bool {
    guard file.isMapped, tensor.device == .cpu, tensor.isContiguous, tensor.byteCount > 0 else { return false }
    return try tensor.withBytes { bytes in
      guard let own = bytes.baseAddress, let start = file.bytes.baseAddress else { return false }
      return own >= start && own < start + file.bytes.count
    }
  }

  /// Where the tensors with elements are, in the order of the file.
  func entries() -> [(name: String, entry: (type: DType, bytes: Range<Int>))] {
    header.entries.lazy.filter { !$0.value.range.isEmpty }.map {
      (name: $0.key, entry: (type: $0.value.dtype, bytes: $0.value.range))
    }
    .sorted { $0.entry.bytes.lowerBound < $1.entry.bytes.lowerBound }
  }

  /// Lends all bytes of the file.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(file) { try body(file.bytes) }
  }

  /// SHA-256 of all bytes of the file.
  public func digest() -> Digest { withExtendedLifetime(file) { Digest(of: [file.bytes]) } }
}
