import Foundation
import ModelConfiguration
import Testing
import Torch

/// Do the kernels of gated blocks, and the single operations, compute every activation's formula and its derivative?
@Suite struct GatedLinearUnitTests {
  /// Sizes that are no multiple of a vector; values where activations bend, and far outside.
  static let gate: [Float] = (-120...120).map { Float($0) / 16 } + [-1000, -60, -20, 20, 60, 1000]
  static let up: [Float] = gate.indices.map { Float($0 % 7) - 3 }
  static let gradient: [Float] = gate.indices.map { Float($0 % 5) / 2 - 1 }

  /// f(x) and f'(x), as the papers have them.
  static func exact(_ activation: Activation, _ x: Double) -> (value: Double, slope: Double) {
    switch activation {
    case .silu:
      let logistic = 1 / (1 + exp(-x))
      return (x * logistic, logistic * (1 + x * (1 - logistic)))
    case .geluTanh:
      let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      let by = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
      return (0.5 * x * (1 + tanh(inner)), 0.5 * (1 + tanh(inner)) + 0.5 * x * (1 - tanh(inner) * tanh(inner)) * by)
    }
  }

  /// float64 is what the kernels leave to single operations.
  @Test(arguments: Activation.allCases, [DType.float32, .float64])
  func valuesAndGradients(activation: Activation, type: DType) throws {
    func tensor(_ values: [Float]) throws -> Tensor { try Tensor(values, shape: [values.count]).converted(to: type) }
    let (gate, up) = (try tensor(Self.gate), try tensor(Self.up))
    let value = try GatedLinearUnit.forward(activation, gate: gate, up: up).converted(to: .float32).floats()
    let back = try GatedLinearUnit.backward(activation, tensor(Self.gradient), gate: gate, up: up)
    let (byGate, byUp) = (
      try back.gate.converted(to: .float32).floats(), try back.up.converted(to: .float32).floats()
    )
    for (index, x) in Self.gate.enumerated() {
      let exact = Self.exact(activation, Double(x))
      let (u, g) = (Double(Self.up[index]), Double(Self.gradient[index]))
      func near(_ got: Float, _ wanted: Double) -> Bool { abs(Double(got) - wanted) <= 2e-6 * max(1, abs(wanted)) }
      #expect(near(value[index], exact.value * u), "\(activation) at \(x): \(value[index])")
      #expect(near(byGate[index], g * u * exact.slope), "\(activation)' at \(x): \(byGate[index])")
      #expect(near(byUp[index], g * exact.value), "\(activation) at \(x): \(byUp[index])")
    }
  }
}
