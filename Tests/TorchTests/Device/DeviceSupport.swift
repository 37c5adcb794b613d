import TestSupport
import Testing
import Torch

/// Random numbers that bfloat16 holds exactly.
func halves(_ shape: [Int], _ seed: UInt64, _ type: DType = .float32) throws -> Tensor {
  try normal(shape, seed).converted(to: .bfloat16).converted(to: type)
}

/// Whether numbers are the same up to `tolerance` of what they usually are.
func expectNear(
  _ got: Tensor, _ wanted: Tensor, _ tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try #require(got.shape == wanted.shape, "\(what)", sourceLocation: sourceLocation)
  let (own, other) = (try got.converted(to: .float32).floats(), try wanted.converted(to: .float32).floats())
  let scale = (other.reduce(0) { $0 + Double($1 * $1) } / Double(max(other.count, 1))).squareRoot()
  let far = zip(own, other).map { abs(Double($0) - Double($1)) / max(abs(Double($1)), scale, 1e-30) }.max() ?? 0
  #expect(far <= tolerance, "\(what): \(far)", sourceLocation: sourceLocation)
}
