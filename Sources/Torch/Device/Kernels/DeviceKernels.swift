import CDevice
import CTorch
import Files
import Foundation
import Synchronization

/// Our kernels on one device: compiled for it by NVRTC when they are first needed, and kept in the user's cache folder.
public final class DeviceKernels: @unchecked Sendable {
  // The C side is safe from any thread; `device` never changes and is never closed, as launches may be under way.

  /// A kernel's argument, as its signature in `CDevice/kernels` has it.
  enum Argument {
    case int(Int)
    case int32(Int)
    case uint32(UInt32)
    case float(Float)
    case key(UInt64)
    case tensor(Tensor)
    case optional(Tensor?)
  }

  /// What was compiled, and where.
  public struct Description: Sendable, Codable, Equatable {
    /// As `sm_90a`.
    public let architecture: String
    /// CUDA versions of the driver and of NVRTC, as `13.0`.
    public let driver: String
    public let compiler: String
    /// 0 where the cache had them.
    public let compileMilliseconds: Double
    public let isFromCache: Bool
    public let kernels: Int
  }

  /// The library that stands for a GPU's driver and compiler where a GPU is rehearsed on the CPU; `nil`: single operations are.
  @TaskLocal public static var emulation: String? = ProcessInfo.processInfo.environment["ACCRETE_CUDA_EMULATION"]

  public let description: Description
  private let device: OpaquePointer
  private let place: Device

  private init(_ device: OpaquePointer, on place: Device) {
    (self.device, self.place) = (device, place)
    var raw = AccreteDeviceDescription()
    _ = accrete_device_describe(device, &raw)
    func version(_ number: Int32) -> String { "\(number / 1000).\(number % 1000 / 10)" }
    description = Description(
      architecture: withUnsafeBytes(of: &raw.architecture) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) },
      driver: version(raw.driver_version), compiler: version(raw.compiler_version),
      compileMilliseconds: raw.compile_milliseconds, isFromCache: raw.cache == Int32(accrete_cache_read.rawValue),
      kernels: Int(raw.kernels))
  }

  private struct Place: Hashable {
    let device: Device
    let library: String?
  }

  private enum Loaded {
    case kernels(DeviceKernels)
    case problem(String)
  }

  private static let loaded = Mutex<[Place: Loaded]>([:])

  /// - Returns: `nil` where there are none: ``problem(for:)`` says why.
  static func loaded(for device: Device) -> DeviceKernels? {
    guard case .kernels(let kernels) = found(for: device) else { return nil }
    return kernels
  }

  /// Why a device has none of our kernels, so that single operations of libtorch stand in for them; `nil`: it has them, or is the CPU.
  public static func problem(for device: Device) -> String? {
    guard case .problem(let text) = found(for: device) else { return nil }
    return text
  }

  /// What a device has; `nil`: none.
  public static func description(for device: Device) -> Description? { loaded(for: device)?.description }

  /// A GPU's compute capability, such as 90 of 9.0, also where our kernels do not load: the driver alone says it.
  ///
  /// - Returns: `nil` where there is no driver, for a GPU that it does not have, and for a CPU on which no kernels are emulated.
  static func capability(of device: Device) -> Int? {
    let library = device == .cpu ? emulation : nil
    guard device.kind == .cuda || library != nil else { return nil }
    let place = Place(device: device, library: library)
    return capabilities.withLock { known in
      if let found = known[place] { return found }
      var number: Int32 = 0
      let status = accrete_device_capability(library, Int32(device.index), &number)
      let made = status == 0 ? Int(number) : nil
      known[place] = .some(made)
      return made
    }
  }

  private static let capabilities = Mutex<[Place: Int?]>([:])

  private static func found(for device: Device) -> Loaded? {
    let library = device == .cpu ? emulation : nil
    guard device.kind == .cuda || library != nil else { return nil }
    let place = Place(device: device, library: library)
    return loaded.withLock { known in
      if let found = known[place] { return found }
      let made = open(place)
      known[place] = made
      return made
    }
  }

  private static func open(_ place: Place) -> Loaded {
    var device: OpaquePointer?
    let folder = place.library == nil ? cacheFolder : nil
    // libtorch makes the context that the kernels are loaded into.
    if place.device.kind == .cuda { _ = try? Tensor.zeros([1], on: place.device) }
    guard
      accrete_device_open(place.library, place.library, folder?.path, Int32(place.device.index), &device) == 0,
      let device
    else { return .problem(String(cString: accrete_device_last_error())) }
    return .kernels(DeviceKernels(device, on: place.device))
  }

  private static var cacheFolder: URL? {
    UserCache.folder()?.appendingPathComponent("accrete").appendingPathComponent("kernels")
  }

  /// Threads of a block.
  private static let threads = UInt32(accrete_device_threads)
  /// More blocks than that take turns.
  private static let mostBlocks = 65_535

  /// Launches `accrete_NAME_TYPE` on libtorch's stream.
  ///
  /// - Parameters:
  ///   - name: Without the prefix and the types.
  ///   - types: What comes behind the name, as `["f32", "bf16"]`.
  ///   - rows: One block, or a line of blocks, for each.
  ///   - columns: Numbers of a row that need no other thread's: so many threads share a row. `nil`: one block a row.
  ///   - arguments: In the order of the signature. Tensors are contiguous.
  func launch(_ name: String, types: [String], rows: Int, columns: Int? = nil, _ arguments: [Argument]) throws {
    guard rows > 0, columns != 0 else { return }
    HostTraffic.launch()
    let kernel = (["accrete", name] + types).joined(separator: "_")
    let blocks = UInt32(min(rows, Self.mostBlocks))
    let across = UInt32(Self.blocksAcross(columns))
    var stream: UnsafeMutableRawPointer?
    if place.kind == .cuda {
      try Operation.check("cuda_stream", [], libtorch.accrete_cuda_stream(Int32(place.index), &stream))
    }
    var words = try arguments.map { try Self.word($0) }
    let status = words.withUnsafeMutableBufferPointer { words in
      var pointers = words.indices.map { UnsafeMutableRawPointer(words.baseAddress?.advanced(by: $0)) }
      return accrete_device_launch(device, kernel, blocks, across, Self.threads, stream, &pointers)
    }
    guard status != Int32(accrete_device_no_memory.rawValue) else {
      throw TorchError.outOfMemory(
        operation: kernel, arguments: "\(rows) rows", MemoryShortage(on: place))
    }
    guard status == 0 else {
      throw TorchError.operationFailed(
        operation: kernel, arguments: "\(rows) rows", reason: String(cString: accrete_device_last_error()))
    }
  }

  /// Blocks that share a row: each thread has four numbers.
  private static func blocksAcross(_ columns: Int?) -> Int {
    guard let columns else { return 1 }
    let numbers = 4 * Int(threads)
    return min(max((columns + numbers - 1) / numbers, 1), 1024)
  }

  /// The bits of an argument, little-endian: a kernel takes the first 4 or 8 bytes.
  private static func word(_ argument: Argument) throws -> UInt64 {
    switch argument {
    case .int(let value): UInt64(bitPattern: Int64(value))
    case .int32(let value): UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: value)))
    case .uint32(let value): UInt64(value)
    case .float(let value): UInt64(value.bitPattern)
    case .key(let value): value
    case .tensor(let tensor): UInt64(UInt(bitPattern: try tensor.deviceMemory()))
    case .optional(let tensor): try tensor.map { UInt64(UInt(bitPattern: try $0.deviceMemory())) } ?? 0
    }
  }
}

extension Tensor {
  /// Where its numbers lie on its device: for a kernel, not for the host.
  fileprivate func deviceMemory() throws -> UnsafeMutableRawPointer? {
    guard isContiguous else {
      throw TorchError.operationFailed(
        operation: "a kernel's operand", arguments: description, reason: "it has gaps")
    }
    var pointer: UnsafeMutableRawPointer?
    try Operation.check("aten::data_ptr", [self], libtorch.aoti_torch_get_data_ptr(reference, &pointer))
    return pointer
  }

  /// How kernels name its type.
  var kernelType: String { isHalf ? "bf16" : "f32" }
}
