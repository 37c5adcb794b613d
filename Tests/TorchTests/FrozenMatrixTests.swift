import Testing
import Torch

/// Is a product with 8-bit weights what its integers and scales say, and close to the exact one?
@Suite struct FrozenMatrixTests {
  private func normal(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
    let tensor = try Tensor(uninitialized: shape)
    try Generator(seed: seed).fillNormal(tensor, deviation: 1)
    return tensor
  }

  /// 127 is representable in every row, so nothing is lost: both directions are exact.
  @Test func integersAreExact() throws {
    let weight = try Tensor([127, -3, 0, 5, 127, -127] as [Float], shape: [2, 3])
    let matrix = try FrozenMatrix(weight, precision: .int8)
    #expect(try matrix.dequantized().isEqual(to: weight))
    let x = try Tensor([127, 1, -2] as [Float], shape: [1, 3])
    #expect(try x.linear(matrix).floats() == [16126, 1016])
    let y = try Tensor([127, 1] as [Float], shape: [1, 2])
    #expect(try y.linearTransposed(matrix).floats() == [16134, -254, -127])
    let addend = try Tensor([1, 2] as [Float], shape: [1, 2])
    #expect(try x.linear(matrix, adding: addend).floats() == [16127, 1018])
  }

  @Test(arguments: [(1, 16, 24), (5, 33, 17), (64, 256, 96)])
  func isCloseToTheExactProduct(rows: Int, inputs: Int, outputs: Int) throws {
    // Rows of very different size: each has a scale of its own.
    let weight = try normal([outputs, inputs], 1) * normal([outputs, 1], 2)
    let x = try normal([rows, inputs], 3) * normal([rows, 1], 4)
    let matrix = try FrozenMatrix(weight, precision: .int8)
    #expect(matrix.precision == .int8 && matrix.shape == [outputs, inputs])
    func error(_ got: Tensor, _ exact: Tensor) throws -> Double {
      try (got - exact).norm().item() / exact.norm().item()
    }
    #expect(try error(x.linear(matrix), x.linear(weight)) < 0.02)
    let y = try normal([rows, outputs], 5)
    #expect(try error(y.linearTransposed(matrix), y.linear(weight.transposed(0, 1))) < 0.03)
    #expect(try x.linear(matrix).isEqual(to: x.linear(matrix)))
  }

  @Test func zeroRowsStayZero() throws {
    let matrix = try FrozenMatrix(Tensor.zeros([3, 4]), precision: .int8)
    #expect(try normal([2, 4], 1).linear(matrix).floats().allSatisfy { $0 == 0 })
    let some = try FrozenMatrix(normal([3, 4], 1), precision: .int8)
    #expect(try Tensor.zeros([2, 4]).linear(some).floats().allSatisfy { $0 == 0 })
  }

  @Test func onlyFloat32Weights() throws {
    #expect(throws: TorchError.self) { try FrozenMatrix(Tensor.zeros([3, 4], .float16), precision: .int8) }
  }

  /// Kernels read memory by the shapes that they are told: what does not fit must be refused before.
  @Test func shapesThatDoNotFit() throws {
    let matrix = try FrozenMatrix(normal([3, 4], 1), precision: .int8)
    #expect(throws: TorchError.self) { try normal([2, 5], 1).linear(matrix) }
    #expect(throws: TorchError.self) { try normal([2, 4], 1).linearTransposed(matrix) }
    #expect(throws: TorchError.self) { try normal([2, 4], 1).linear(matrix, adding: normal([2, 4], 2)) }
    let factors = try Kernels.stacked([normal([2, 4], 3)])
    #expect(throws: TorchError.self) { try LowRankReduction(normal([2, 5], 1), a: factors, dropout: nil) }
    #expect(throws: TorchError.self) {
      try LowRankReduction(normal([2, 4], 1), a: factors, dropout: DropoutMasks(probability: 0.1, keys: []))
    }
    #expect(throws: TorchError.self) {
      try normal([2, 4], 1).addedAndNormalized(normal([1, 4], 1), weight: normal([4], 1), epsilon: 1e-5)
    }
    #expect(throws: TorchError.self) {
      try normal([2, 4], 1).rmsNormBackward(normal([2, 4], 1), weight: normal([3], 1), epsilon: 1e-5)
    }
  }
}
