public import Torch

/// A few operations on a device beside the same on the CPU: does it compute what it should?
public enum DeviceSelfCheck {
  public struct Result: Sendable, Codable, Equatable {
    public let name: String
    public let type: DType
    /// The largest relative difference of an element (``DeviceSelfCheck/difference(_:_:)``); `nil`: it was not computed.
    public let error: Double?
    public let allowed: Double
    public let isWithin: Bool
    /// Why it was not computed.
    public let problem: String?
  }

  private struct Case {
    let name: String
    /// What float32 may differ by, as sums have another order; and how many units of bfloat16, 2⁻⁸.
    let exact: Double
    let halfUnits: Double
    let compute: (Device, DType) throws -> [Tensor]
  }

  private static var cases: [Case] {
    [
      Case(name: "product", exact: 3e-5, halfUnits: 6) { device, type in
        [try numbers([37, 256], 1, type, on: device).linear(numbers([96, 256], 2, type, on: device))]
      },
      Case(name: "attention, forward and back", exact: 2e-4, halfUnits: 16, compute: attention),
      Case(name: "norm with an addend", exact: 3e-5, halfUnits: 6) { device, type in
        let x = try numbers([37, 256], 1, .float32, on: device)
        let result = try x.addedAndNormalized(
          numbers([37, 256], 2, type, on: device), weight: numbers([256], 3, .float32, on: device), epsilon: 1e-5)
        return [result.sum, result.normed]
      },
    ]
  }

  /// All of them, in float32 and in bfloat16.
  public static func run(on device: Device) -> [Result] {
    cases.flatMap { one in [DType.float32, .bfloat16].map { result(of: one, $0, on: device) } }
  }

  private static func result(of one: Case, _ type: DType, on device: Device) -> Result {
    let allowed = type == .float32 ? one.exact : one.halfUnits / 256
    do {
      // The same numbers, which bfloat16 holds exactly, in float32 by the processor's kernels.
      let wanted = try Kernels.rehearsingDevice(false) { try one.compute(.cpu, .float32) }
      let error = try zip(one.compute(device, type), wanted).map { try difference($0, $1) }.max() ?? .infinity
      return Result(
        name: one.name, type: type, error: error.isFinite ? error : nil, allowed: allowed, isWithin: error <= allowed,
        problem: error.isFinite ? nil : "the result is not finite, or of another shape")
    } catch {
      return Result(name: one.name, type: type, error: nil, allowed: allowed, isWithin: false, problem: "\(error)")
    }
  }

  /// Packed rows of different lengths, four query heads to a key head.
  private static func attention(_ device: Device, _ type: DType) throws -> [Tensor] {
    let lengths = [21, 1, 40]
    let tokens = lengths.reduce(0, +)
    func heads(_ count: Int, _ seed: UInt64) throws -> Tensor {
      try numbers([tokens, count, 64], seed, type, on: device)
    }
    let attention = try PackedAttention(
      queries: heads(8, 1), keys: heads(2, 2), values: heads(2, 3), layout: PackedAttention.Layout(lengths: lengths),
      tracing: true)
    let back = try attention.backward(heads(8, 4))
    return [attention.output, back.queries, back.keys, back.values]
  }

  /// Normal numbers that bfloat16 holds exactly, the same on every device.
  private static func numbers(_ shape: [Int], _ seed: UInt64, _ type: DType, on device: Device) throws -> Tensor {
    let drawn = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(drawn, deviation: 1)
    return try drawn.converted(to: .bfloat16).converted(to: type).moved(to: device)
  }

  /// The largest difference of an element, relative to the element or, where that is larger, to the root mean square of all.
  public static func difference(_ got: Tensor, _ wanted: Tensor) throws -> Double {
    guard got.shape == wanted.shape else { return .infinity }
    let (own, other) = (try got.moved(to: .cpu).doubles(), try wanted.moved(to: .cpu).doubles())
    let scale = (other.reduce(0) { $0 + $1 * $1 } / Double(max(other.count, 1))).squareRoot()
    return zip(own, other).reduce(0) { worst, pair in
      let error = Swift.abs(pair.0 - pair.1) / Swift.max(Swift.abs(pair.1), scale, 1e-30)
      // A comparison with NaN is false: it must not pass as small.
      return error.isNaN ? .infinity : Swift.max(worst, error)
    }
  }
}
