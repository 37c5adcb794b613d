import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Has a product with a matrix in codes the bits that it has with float32 of what they stand for?
@Suite struct CodedMatrixTests {
  private static let precisions: [WeightMatrix.Precision] = [.nf4, .fp8]
  // One tile, several tiles, and blocks that are not whole.
  private static let sizes = [(33, 17), (100, 64), (256, 96), (1030, 2100), (2100, 1030)]

  /// 4-bit integers in groups of neighbours, or in groups of an order of their own.
  private func integers(_ outputs: Int, _ inputs: Int, listed: Bool) throws -> CodedMatrix {
    let groups = (inputs + 31) / 32
    let codes = (0..<outputs * ((inputs + 1) / 2)).map { UInt8(truncatingIfNeeded: $0 * 151 + $0 / 7) }
    let zeros = (0..<outputs * groups).map { Float($0 * 5 % 16) }
    let order = (0..<inputs).map { $0 * 7 % groups }
    return try CodedMatrix(
      .int4, shape: [outputs, inputs], codes: Tensor(codes).reshaped([outputs, (inputs + 1) / 2]),
      scales: normal([outputs, groups], 9), zeros: Tensor(zeros, shape: [outputs, groups]),
      groups: listed ? Tensor(order).converted(to: .int32) : nil, groupSize: 32)
  }

  private func matrices(_ outputs: Int, _ inputs: Int) throws -> [WeightMatrix] {
    let weight = try normal([outputs, inputs], 1) * normal([outputs, 1], 2)
    return try Self.precisions.map { try WeightMatrix(weight, precision: $0) }
      + [false, true].map { WeightMatrix(try integers(outputs, inputs, listed: $0)) }
  }

  @Test(arguments: sizes, [1, 2])
  func productsHaveTheBitsOfFloat32(size: (inputs: Int, outputs: Int), threads: Int) throws {
    try TorchRuntime.setThreads(threads)
    defer { try? TorchRuntime.setThreads(1) }
    let (inputs, outputs) = size
    for matrix in try matrices(outputs, inputs) {
      let wide = try WeightMatrix(matrix.dequantized())
      for rows in [1, 7, 40, 130] {
        let (x, y) = (try normal([rows, inputs], 3), try normal([rows, outputs], 4))
        let what = "\(matrix.precision), \(rows) rows"
        #expect(try x.linear(matrix).isEqual(to: x.linear(wide)), "\(what)")
        #expect(try x.linear(matrix, adding: y).isEqual(to: x.linear(wide, adding: y)), "\(what)")
        #expect(try y.linearTransposed(matrix).isEqual(to: y.linearTransposed(wide)), "\(what)")
        #expect(try y.linearTransposed(matrix, adding: x).isEqual(to: y.linearTransposed(wide, adding: x)), "\(what)")
        let slices = ProductSlices(sliced: rows / 2)
        #expect(try matrix.product(x, slices).isEqual(to: wide.product(x, slices)), "\(what)")
      }
    }
  }

  /// Against products in float64.
  @Test func productsAreRight() throws {
    for matrix in try matrices(96, 200) {
      let exact = try matrix.dequantized().converted(to: .float64)
      let (x, y) = (try normal([40, 200], 3), try normal([40, 96], 4))
      func error(_ got: Tensor, _ wanted: Tensor) throws -> Double {
        try (got.converted(to: .float64) - wanted).norm().item() / wanted.norm().item()
      }
      let wide = (try x.converted(to: .float64), try y.converted(to: .float64))
      #expect(try error(x.linear(matrix), wide.0.matmul(exact.transposed(0, 1))) < 1e-6)
      #expect(try error(y.linearTransposed(matrix), wide.1.matmul(exact)) < 1e-6)
    }
  }

  /// How far from the weights: half of the widest step between levels, and of a mantissa of three bits.
  @Test func roundingIsToTheNearest() throws {
    let weight = try normal([20, 300], 1)
    for (precision, largest, bytes) in [
      (WeightMatrix.Precision.nf4, 0.153, 20 * (150 + 4 * 5)), (.fp8, 0.0358, 20 * (300 + 4)),
    ] {
      let matrix = try WeightMatrix(weight, precision: precision)
      #expect(matrix.precision == precision && matrix.shape == [20, 300] && !matrix.suitsHalfProducts)
      let error = try (matrix.dequantized() - weight).abs().maximum().item() / weight.abs().maximum().item()
      #expect(error < largest && error > largest / 4)
      guard case .coded(let codes) = matrix.storage else {
        Issue.record("\(matrix.precision) holds no codes")
        continue
      }
      #expect(codes.byteCount == bytes)
    }
  }

  /// The largest and the smallest numbers that float32 has, in rows of their own.
  @Test(arguments: precisions) func extremes(precision: WeightMatrix.Precision) throws {
    let numbers: [Float] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, 1, -1]
    let weight = try Tensor(numbers + numbers.reversed(), shape: [6, 2])
    let made = try WeightMatrix(weight, precision: precision).dequantized()
    #expect(try made.holdsFiniteNumbers())
    let zeros = try Tensor.zeros([3, 70])
    #expect(try WeightMatrix(zeros, precision: precision).dequantized().isEqual(to: zeros))
  }

  @Test func someRows() throws {
    for matrix in try matrices(30, 100) {
      let numbers = try Tensor([29, 0, 7, 7], shape: [2, 2])
      let rows = try matrix.rows(numbers)
      #expect(rows.shape == [2, 2, 100])
      #expect(try rows.isEqual(to: numbers.embedded(in: matrix.dequantized())))
    }
  }

  /// Computed in float32 and rounded: the operands are bfloat16, the codes are not.
  @Test func halfOperands() throws {
    for matrix in try matrices(96, 200) {
      let (x, y) = (
        try normal([40, 200], 3).converted(to: .bfloat16), try normal([40, 96], 4).converted(to: .bfloat16)
      )
      #expect(try x.linear(matrix).isEqual(to: x.converted(to: .float32).linear(matrix).converted(to: .bfloat16)))
      #expect(
        try y.linearTransposed(matrix)
          .isEqual(to: y.converted(to: .float32).linearTransposed(matrix).converted(to: .bfloat16)))
    }
  }

  private func words(_ words: [UInt32], _ shape: [Int]) throws -> Tensor {
    try Tensor(words.map { Int(Int32(bitPattern: $0)) }, shape: shape).converted(to: .int32)
  }

  /// GPTQ's first format has zeros less 1, its second has them as they are. Worked out by hand, with zeros that are not symmetric.
  @Test func zerosOfGPTQ() throws {
    // Every output has the codes 0 to 7, the first input's in the lowest bits; outputs' zeros from the lowest bits on.
    let codes = try words([UInt32](repeating: 0x7654_3210, count: 8), [1, 8])
    let zeros = try words([0x1983_EF07], [1, 1])
    let factors: [Float] = [1, 0.5, 2, 1, 0.25, 1, 1, 4]
    let scales = try Tensor(factors, shape: [1, 8]).converted(to: .float16)
    let known: [(isFirst: Bool, zeros: [Float])] = [
      (true, [8, 1, 0, 15, 4, 9, 10, 2]), (false, [7, 0, 15, 14, 3, 8, 9, 1]),
    ]
    for (isFirst, zero) in known {
      let matrix = try WeightMatrix(
        CodedMatrix(gptq: codes, zeros: zeros, scales: scales, grouping: .neighbours(8), zerosAreLessOne: isFirst))
      let expected = (0..<8).flatMap { output in (0..<8).map { (Float($0) - zero[output]) * factors[output] } }
      #expect(try matrix.dequantized().floats() == expected, "\(isFirst)")
    }
  }

  /// `desc_act`: inputs have groups in an order of their own.
  @Test func groupsOfGPTQ() throws {
    let codes = try words([UInt32](repeating: 0x7654_3210, count: 8), [1, 8])
    let zeros = try words([0x7777_7777, 0x2222_2222], [2, 1])  // less 1: 8 and 3
    let scales = try Tensor([Float](repeating: 1, count: 8) + [Float](repeating: 0.5, count: 8), shape: [2, 8])
    let groups = try Tensor([1, 0, 1, 0, 0, 1, 0, 1]).converted(to: .int32)
    let matrix = try WeightMatrix(
      CodedMatrix(gptq: codes, zeros: zeros, scales: scales, grouping: .each(groups), zerosAreLessOne: true))
    let row: [Float] = [-1.5, -7, -0.5, -5, -4, 1, -2, 2]
    #expect(try matrix.dequantized().floats() == (0..<8).flatMap { _ in row })
  }

  /// AWQ: eight outputs in a word, those of even place first, and zeros as they are.
  @Test func ordersOfAWQ() throws {
    // Even inputs have the code o for output o, odd ones 15 − o.
    let codes = try words((0..<8).map { $0 % 2 == 0 ? 0x7531_6420 : 0x8ACE_9BDF }, [8, 1])
    // Inputs 0 to 3 have the zero 8 and the scale 0.5, the others the zero o and the scale 2.
    let zeros = try words([0x8888_8888, 0x7531_6420], [2, 1])
    let scales = try Tensor([Float](repeating: 0.5, count: 8) + [Float](repeating: 2, count: 8), shape: [2, 8])
    let matrix = try WeightMatrix(
      CodedMatrix(awq: codes, zeros: zeros, scales: scales.converted(to: .float16), groupSize: 4))
    let made = try matrix.dequantized().floats()
    #expect(made[0..<8] == [-4, 3.5, -4, 3.5, 0, 30, 0, 30])
    #expect(made[24..<32] == [-2.5, 2, -2.5, 2, 0, 18, 0, 18])
    #expect(made[56..<64] == [-0.5, 0, -0.5, 0, 0, 2, 0, 2])
  }

  @Test func whatDoesNotFitIsRefused() throws {
    for matrix in try matrices(30, 100) {
      for rows in [2, 200] {
        #expect(throws: TorchError.self) { try normal([rows, 99], 1).linear(matrix) }
        #expect(throws: TorchError.self) { try normal([rows, 29], 1).linearTransposed(matrix) }
        #expect(throws: TorchError.self) { try normal([rows, 100], 1).linear(matrix, adding: normal([rows, 100], 2)) }
      }
    }
    #expect(throws: TorchError.self) { try WeightMatrix(normal([8, 8], 1), precision: .int4) }
    #expect(throws: TorchError.self) { try WeightMatrix(normal([8], 1), precision: .nf4) }
    let (words, zeros) = (try Tensor.zeros([2, 8], .int32), try Tensor.zeros([2, 1], .int32))
    let scales = try Tensor.zeros([2, 8], .float16)
    for wrong in [-1, 2] {
      let list = try Tensor([Int](repeating: wrong, count: 16)).converted(to: .int32)
      #expect(throws: TorchError.self) {
        try CodedMatrix(gptq: words, zeros: zeros, scales: scales, grouping: .each(list), zerosAreLessOne: true)
      }
    }
    #expect(throws: TorchError.self) {
      try CodedMatrix(gptq: words, zeros: zeros, scales: scales, grouping: .neighbours(4), zerosAreLessOne: true)
    }
  }
}
