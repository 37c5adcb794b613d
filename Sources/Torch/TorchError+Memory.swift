import CTorch
import Synchronization

extension TorchError {
  /// What libtorch's messages say when there is no room; `nil` for other messages. They are
  /// `CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.6 GiB of which 1.50 GiB is free. Including
  /// non-PyTorch memory, this process has 22.0 GiB memory in use. …`, `… DefaultCPUAllocator: can't allocate memory: you tried to
  /// allocate 64 bytes. …`, and shorter ones of CUDA's own libraries.
  ///
  /// - Parameter device: Where the operands are.
  static func outOfMemory(
    _ reason: String, _ operation: String, _ arguments: String, on device: Device = .cpu
  ) -> TorchError? {
    guard signs.contains(where: reason.contains) else { return nil }
    let named = between("GPU ", " has a total", in: reason).map { "cuda:\($0)" }
    let asked = askedAmounts.lazy.compactMap { between($0.start, $0.end, in: reason) }.first
    // Where the driver does not say what a process has, libtorch says what it gave to tensors.
    let held =
      between("this process has ", " memory in use", in: reason)
      ?? between("Of the allocated memory ", " is allocated by PyTorch", in: reason)
    return .outOfMemory(
      operation: operation, arguments: arguments,
      MemoryShortage(
        asked: asked, free: between("of which ", " is free", in: reason), held: held,
        device: named ?? (device.kind == .cuda ? device.description : nil)))
  }

  private static let signs = [
    "out of memory", "allocate memory", "not enough memory", "_STATUS_ALLOC_FAILED",
  ]

  private static let askedAmounts = [
    (start: "Tried to allocate ", end: ". "), (start: "Tried to allocate ", end: " memory."),
    (start: "you tried to allocate ", end: "."),
  ]

  private static func between(_ start: String, _ end: String, in text: String) -> String? {
    guard let from = text.firstRange(of: start),
      let to = text[from.upperBound...].firstRange(of: end)
    else { return nil }
    return String(text[from.upperBound..<to.lowerBound])
  }
}

extension MemoryShortage {
  /// What libtorch's account of a device says now; `asked` is not in it.
  init(on device: Device) {
    let memory = try? TorchRuntime.memory(of: device)
    self.init(
      asked: nil, free: memory.map { Self.text($0.free) }, held: memory.map { Self.text($0.reserved) },
      device: device.kind == .cuda ? device.description : nil)
  }

  /// What the text of a failure does not say, from the account.
  func completed(on device: Device) -> MemoryShortage {
    guard device.kind == .cuda, free == nil || held == nil else { return self }
    let account = MemoryShortage(on: device)
    return MemoryShortage(
      asked: asked, free: free ?? account.free, held: held ?? account.held, device: self.device ?? account.device)
  }

  /// As libtorch writes it.
  static func text(_ bytes: Int) -> String {
    func fixed(_ unit: Int) -> String {
      let hundredths = (Double(bytes) / Double(unit) * 100).rounded()
      let (whole, rest) = (Int(hundredths) / 100, Int(hundredths) % 100)
      return "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }
    return switch bytes {
    case ..<1024: "\(bytes) bytes"
    case ..<(1 << 20): fixed(1024) + " KiB"
    case ..<(1 << 30): fixed(1 << 20) + " MiB"
    default: fixed(1 << 30) + " GiB"
    }
  }
}

/// How often libtorch found no room on each device, as far as failures have asked.
///
/// Before 2.13 the stable ABI tells that a call failed, and prints why. Its account of a device counts what failed for want of memory: if
/// the number has grown since the last failure, this one is such a failure.
enum MemoryFailures {
  private static let known = Mutex<[Int: Int64]>([:])

  /// Whether there were more since the last question. Asked at every failure on a device.
  static func hasGrown(on device: Device) -> Bool {
    guard device.kind == .cuda else { return false }
    var count: Int64 = 0
    guard libtorch.accrete_memory_failures(Int32(device.index), &count) == 0 else {
      // What this call says is not what the caller asks for.
      _ = libtorch.accrete_last_error()
      return false
    }
    return hasGrown(to: count, of: device.index)
  }

  static func hasGrown(to count: Int64, of device: Int) -> Bool {
    known.withLock { known in
      defer { known[device] = count }
      return count > known[device] ?? 0
    }
  }
}
