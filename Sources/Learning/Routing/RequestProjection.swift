// Fewer numbers for what a router sees of a wide base:
//
//     x ↦ x R      R: hidden × width, each entry ±1/√width by a coin
//
// Distances between n requests stay as they are but for a factor of 1 ± ε with ε ≈ √(8 ln n / width) (Achlioptas, J. Comput. Syst. Sci. 66,
// 2003, theorem 1.1). A task's sums grow with the square of the width, and the time to invert them with the cube: of a base with 4,096
// hidden numbers they take 34 MB, with 512 half a MB.

import Randomness
import Synchronization
import Torch

/// A projection that is the same for ever: a function of two sizes.
struct RequestProjection: Sendable {
  let width: Int
  private let hidden: Int

  /// - Returns: `nil` where there is nothing to be projected.
  init?(from hidden: Int, to width: Int) {
    guard width > 0, width < hidden else { return nil }
    (self.hidden, self.width) = (hidden, width)
  }

  /// Rᵀ of each pair of sizes that was asked for.
  private static let known = Mutex<[[Int]: WeightMatrix]>([:])

  /// Rᵀ, ready to multiply. float32 [width, hidden]
  private func matrix() throws -> WeightMatrix {
    if let made = Self.known.withLock({ $0[[hidden, width]] }) { return made }
    let made = try WeightMatrix(drawn().transposed(0, 1).contiguous())
    Self.known.withLock { $0[[hidden, width]] = made }
    return made
  }

  /// R, drawn with the stream `request-projection/HIDDEN/WIDTH`. float32 [hidden, width]
  func drawn() throws -> Tensor {
    var stream = RandomStream(purposes: ["request-projection", "\(hidden)", "\(width)"])
    let size = 1 / Float(width).squareRoot()
    var values: [Float] = []
    values.reserveCapacity(hidden * width)
    while values.count < hidden * width {
      let bits = stream.next()
      for bit in 0..<min(64, hidden * width - values.count) { values.append(bits >> bit & 1 == 0 ? size : -size) }
    }
    return try Tensor(values, shape: [hidden, width])
  }

  /// A row's bits do not depend on the others. [rows, hidden] → [rows, width], on the CPU
  func projected(_ features: Tensor) throws -> Tensor {
    try matrix().product(features.moved(to: .cpu).converted(to: .float32), ProductSlices(sliced: 0))
  }
}
