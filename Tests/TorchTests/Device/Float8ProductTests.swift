import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Are products of float8 those of the rounded rows, forward and backward?
@Suite struct Float8ProductTests {
  init() throws { try useOneThread() }

  private func exact(_ rows: (values: Tensor, scales: Tensor)) throws -> Tensor {
    try CodedMatrix(
      .fp8, shape: rows.values.shape, codes: rows.values, scales: rows.scales.unsqueezed(1), groupSize: 64
    ).widened().converted(to: .float64)
  }

  @Test(arguments: [(rows: 5, inputs: 64, outputs: 48), (40, 96, 32), (1, 16, 16)], Rehearsal.allCases)
  func products(size: (rows: Int, inputs: Int, outputs: Int), by rehearsal: Rehearsal) throws {
    let weight = try normal([size.outputs, size.inputs], 1) * normal([size.outputs, 1], 2)
    let matrix = try WeightMatrix(weight, precision: .fp8)
    guard case .coded(let codes) = matrix.storage else { return }
    let wide = try matrix.dequantized().converted(to: .float64)
    let x = try halves([size.rows, size.inputs], 3, .bfloat16)
    let y = try halves([size.rows, size.outputs], 4, .bfloat16)
    try asDevice(rehearsal) {
      #expect(Float8Product.suits(x, codes))
      let (forward, backward) = (try x.linear(matrix), try y.linearTransposed(matrix))
      #expect(forward.dtype == .bfloat16 && backward.dtype == .bfloat16)
      // Of the numbers that were multiplied; the result is rounded.
      let rows = try exact(RowFormat.fp8.quantized(x, columns: nil))
      try expectNear(forward, rows.matmul(wide.transposed(0, 1)), 2.0 / 256)
      let scaled = try exact(RowFormat.fp8.quantized(y, columns: codes.scales.reshaped([-1])))
      let bare = try CodedMatrix(
        .fp8, shape: codes.shape, codes: codes.codes, scales: Tensor(repeating: 1, [size.outputs, 1]), groupSize: 64)
      try expectNear(backward, scaled.matmul(bare.widened().converted(to: .float64)), 2.0 / 256)
      // Of the numbers that were to be: three bits of mantissa.
      let wanted = try x.converted(to: .float64).matmul(wide.transposed(0, 1))
      #expect(try (forward.converted(to: .float64) - wanted).norm().item() < 0.05 * wanted.norm().item())
      let wantedBack = try y.converted(to: .float64).matmul(wide)
      #expect(try (backward.converted(to: .float64) - wantedBack).norm().item() < 0.05 * wantedBack.norm().item())
      let addend = try halves([size.rows, size.outputs], 5, .bfloat16)
      try expectNear(x.linear(matrix, adding: addend), forward + addend, 1.0 / 256)
    }
  }

  /// What the operator does not take goes through bfloat16, and float32 stays float32.
  @Test func shapesWithoutFloat8() throws {
    for (inputs, outputs, type) in [(72, 32, DType.bfloat16), (64, 24, .bfloat16), (64, 32, .float32)] {
      let matrix = try WeightMatrix(normal([outputs, inputs], 1), precision: .fp8)
      let x = try halves([5, inputs], 1, type)
      guard case .coded(let codes) = matrix.storage else { return }
      asDevice { #expect(!Float8Product.suits(x, codes)) }
    }
  }

  /// libtorch's own operator, where the CPU has it, takes our arguments and gives what stands in for it.
  @Test func theOperatorGivesTheSame() throws {
    guard TorchRuntime.findOperator("aten::_scaled_mm")?.onCPU == true else { return }
    let rows = try RowFormat.fp8.quantized(halves([17, 64], 1), columns: nil)
    let columns = try RowFormat.fp8.quantized(halves([32, 64], 2), columns: nil)
    let arguments = try Float8Product.arguments(rows, columns.values, scales: columns.scales.unsqueezed(0))
    let got = try Operation.call("aten::_scaled_mm", arguments)
    #expect(got.dtype == .bfloat16)
    try expectNear(got, exact(rows).matmul(exact(columns).transposed(0, 1)), 2.0 / 256)
  }
}
