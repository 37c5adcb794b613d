import CTorch
import Files

/// Inverted dropout whose masks are a hash of key, row and column: nothing is stored, and the backward pass computes the same mask
/// again (`docs/protocol.md`, "Dropout").
public struct DropoutMasks: Sendable {
  public let probability: Double
  /// One key for each use.
  public let keys: [UInt64]

  public init(probability: Double, keys: [UInt64]) {
    self.probability = probability
    self.keys = keys
  }

  /// The mask of one use, 0 or 1 / (1 − p), for operations that are not fused. [rows, width]
  public func mask(_ use: Int, rows: Int, width: Int, on device: Device) throws -> Tensor {
    guard device == .cpu, !Kernels.rehearsesDevice else {
      return try computedMask(use, rows: rows, width: width, on: device)
    }
    let mask = try Tensor(uninitialized: [rows, width])
    accrete_dropout_mask(parameters, keys[use], Int64(rows), Int64(width), try mask.kernelMemory())
    return mask
  }

  var parameters: AccreteDropout {
    AccreteDropout(threshold: UInt32(saturating: probability * 0x1p32), scale: Float(1 / (1 - probability)))
  }
}

extension DropoutMasks? {
  var parameters: AccreteDropout { self?.parameters ?? AccreteDropout(threshold: 0, scale: 1) }

  /// Lends the keys; one zero for each use where nothing is dropped.
  func withKeys<Result>(_ uses: Int, _ body: (UnsafePointer<UInt64>?) throws -> Result) rethrows -> Result {
    try (self?.keys ?? [UInt64](repeating: 0, count: uses)).withUnsafeBufferPointer { try body($0.baseAddress) }
  }
}
