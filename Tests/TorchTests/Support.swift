import Foundation
import Testing
import Torch

/// One thread inside an operation: the tests themselves run side by side. Every suite calls it in `init`.
func useOneThread() throws { try TorchRuntime.setThreads(1) }

/// A tensor of floats, whatever the literals look like.
func tensor(_ values: [Float], shape: [Int]? = nil) throws -> Tensor { try Tensor(values, shape: shape) }

/// Random numbers around 0.
func normal(_ shape: [Int], _ seed: UInt64, deviation: Double = 1) throws -> Tensor {
  let result = try Tensor(uninitialized: shape)
  try Generator(seed: seed).fillNormal(result, deviation: deviation)
  return result
}

/// Whether a tensor has this shape and, up to `tolerance`, these values in row-major order.
func expect(
  _ tensor: Tensor, _ shape: [Int], _ values: [Float], tolerance: Float = 1e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  #expect(tensor.shape == shape, sourceLocation: sourceLocation)
  let got = try tensor.floats()
  let isClose =
    got.count == values.count
    && zip(got, values).allSatisfy { $0 == $1 || abs($0 - $1) <= tolerance || ($0.isNaN && $1.isNaN) }
  #expect(isClose, "\(got) instead of \(values)", sourceLocation: sourceLocation)
}

/// The bytes of a safetensors file with this header and `data` bytes of data.
func safetensors(_ header: String, data: Int, claimedLength: UInt64? = nil) -> Data {
  var length = (claimedLength ?? UInt64(header.utf8.count)).littleEndian
  var result = withUnsafeBytes(of: &length) { Data($0) }
  result.append(Data(header.utf8))
  result.append(Data(repeating: 0, count: data))
  return result
}
