import Torch

/// A number of a step: on the host, or still on the device, where reading it would wait for all that was launched.
enum StepNumber {
  case read(Double)
  /// []
  case pending(Tensor)

  /// - Parameter tensor: One number. []
  init(_ tensor: Tensor) throws {
    self =
      Kernels.areDevices(tensor) || tensor.device != .cpu ? .pending(try tensor.detached()) : .read(try tensor.item())
  }

  /// Reads all of them at once.
  static func values(of numbers: [StepNumber]) throws -> [Double] {
    let pending = try numbers.compactMap { number in
      if case .pending(let tensor) = number { try tensor.converted(to: .float64).reshaped([1]) } else { nil }
    }
    var read = pending.isEmpty ? [][...] : try Tensor.concatenated(pending).doubles()[...]
    return numbers.map { number in
      switch number {
      case .read(let value): value
      case .pending: read.popFirst() ?? .nan
      }
    }
  }

  /// Itself on the host, which may wait for the device.
  func value() throws -> Double { try Self.values(of: [self]).first ?? .nan }

  static func + (a: StepNumber, b: StepNumber) throws -> StepNumber {
    switch (a, b) {
    case (.read(let a), .read(let b)): .read(a + b)
    case (.pending(let a), .pending(let b)): .pending(try a.converted(to: .float64) + b.converted(to: .float64))
    case (.pending(let a), .read(let b)), (.read(let b), .pending(let a)): .pending(try a.converted(to: .float64) + b)
    }
  }

  static func / (a: StepNumber, b: Double) throws -> StepNumber {
    switch a {
    case .read(let value): .read(value / b)
    case .pending(let tensor): .pending(try tensor.converted(to: .float64) * (1 / b))
    }
  }
}
