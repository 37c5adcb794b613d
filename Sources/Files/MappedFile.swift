public import Foundation

/// A file mapped read-only into memory. Pages are read when they are touched; nothing is copied.
public final class MappedFile: @unchecked Sendable {
  /// How the memory goes back.
  private enum Memory { case mapped, allocated }

  public let url: URL
  private let memory: Memory
  /// Whether the bytes are a file's pages, which the system may take back, and not memory of the process.
  public var isMapped: Bool { memory == .mapped }
  /// The mapped bytes: they are gone with the file. Who uses them keeps the file alive, as ``data()`` does.
  public let bytes: UnsafeRawBufferPointer

  /// - Throws: ``FileError`` when the file is missing, unreadable or not a regular file.
  public init(_ url: URL) throws {
    self.url = url
    memory = .mapped
    let file = try RegularFile(url)
    let size = file.size
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let address, address != MAP_FAILED else { throw FileError.system(errno, reading: url.path) }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  /// Bytes that are in memory already, as a file: for what came from elsewhere than a disk. They are copied.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - url: What errors call it.
  public init(copying data: Data, as url: URL) {
    self.url = url
    memory = .allocated
    guard !data.isEmpty else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    // Aligned like a page of a file is, as far as any element of a tensor needs it.
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 64)
    data.copyBytes(to: copy)
    bytes = UnsafeRawBufferPointer(copy)
  }

  /// A copy of the bytes.
  public func data() -> Data { withExtendedLifetime(self) { Data(bytes) } }

  deinit {
    guard let address = bytes.baseAddress else { return }
    switch memory {
    case .mapped: munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    case .allocated: bytes.deallocate()
    }
  }
}
