import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Is a product with 8-bit weights what its integers and scales say, and close to the exact one?
@Suite struct WeightMatrixTests {
  /// 127 is representable in every row, so nothing is lost: both directions are exact.
  @Test func integersAreExact() throws {
    let weight = try Tensor([127, -3, 0, 5, 127, -127] as [Float], shape: [2, 3])
    let matrix = try WeightMatrix(weight, precision: .int8)
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
    let matrix = try WeightMatrix(weight, precision: .int8)
    #expect(matrix.precision == .int8 && matrix.shape == [outputs, inputs])
    func error(_ got: Tensor, _ exact: Tensor) throws -> Double {
      try (got - exact).norm().item() / exact.norm().item()
    }
    #expect(try error(x.linear(matrix), x.linear(weight)) < 0.02)
    let y = try normal([rows, outputs], 5)
    #expect(try error(y.linearTransposed(matrix), y.linear(weight.transposed(0, 1))) < 0.03)
    #expect(try x.linear(matrix).isEqual(to: x.linear(matrix)))
  }

  /// What products of integers are, computed here: for each inner dimension the sums of the one before and one product more.
  private struct IntegerReference {
    static let (rows, columns, inner) = (40, 40, 70)
    static let shared = Result { try IntegerReference() }
    let a: Tensor  // int8 [rows, inner]
    let b: Tensor  // int8 [columns, inner]
    /// Of the first 1, 2, … inner numbers. int32 [rows, columns] each
    let products: [Tensor]

    init() throws {
      func number(_ row: Int, _ index: Int) -> Int {
        // The largest sums in some rows, everything in the others.
        row % 5 == 0 ? (row % 2 == 0 ? 127 : -127) : (row * 71 + index * 37 + 11) % 255 - 127
      }
      func matrix(_ rows: Int) throws -> Tensor {
        let numbers = (0..<rows).flatMap { row in (0..<Self.inner).map { Float(number(row, $0)) } }
        return try Tensor(numbers, shape: [rows, Self.inner]).converted(to: .int8)
      }
      (a, b) = (try matrix(Self.rows), try matrix(Self.columns))
      var sums = [Int](repeating: 0, count: Self.rows * Self.columns)
      products = try (0..<Self.inner).map { index in
        for row in 0..<Self.rows {
          for column in 0..<Self.columns {
            sums[row * Self.columns + column] += number(row, index) * number(column, index)
          }
        }
        return try Tensor(sums, shape: [Self.rows, Self.columns]).converted(to: .int32)
      }
    }

    /// The shapes for which `product` does not give the right integers, with the second matrix lying either way.
    func wrong(
      _ product: (Tensor, Tensor) throws -> Tensor, inner: Int, rows: some Sequence<Int>, columns: some Sequence<Int>
    ) throws -> [String] {
      let lefts = try rows.map { try first($0, inner, of: a) }
      var wrong: [String] = []
      for count in columns {
        let right = try first(count, inner, of: b)
        let turned = try right.transposed(0, 1)  // [inner, columns]
        let expected = try products[inner - 1].narrowed(1, from: 0, count: count).contiguous()
        for right in [turned, try turned.contiguous()] {
          for left in lefts {
            // What a result would hold that is never written.
            try Tensor(uninitialized: [left.shape[0], count], .int32).fillInPlace(-1_234_567)
            let result = try product(left, right)
            let isRight =
              try result.dtype == .int32
              && result.isEqual(to: expected.narrowed(0, from: 0, count: left.shape[0]))
            if !isRight { wrong.append("[\(left.shape[0]), \(inner)] × [\(inner), \(count)]") }
          }
        }
      }
      return wrong
    }

    /// The first numbers of the first rows. int8 [count, inner]
    private func first(_ count: Int, _ inner: Int, of matrix: Tensor) throws -> Tensor {
      try matrix.narrowed(0, from: 0, count: count).narrowed(1, from: 0, count: inner).contiguous()
    }
  }

  /// Every shape there is up to 40 rows, 40 columns and an inner dimension of 70.
  @Test(arguments: 1...IntegerReference.inner)
  func integerProducts(inner: Int) throws {
    let wrong = try IntegerReference.shared.get().wrong(
      Tensor.integerProduct, inner: inner, rows: 1...IntegerReference.rows, columns: 1...IntegerReference.columns)
    #expect(wrong.isEmpty, "\(wrong.count) shapes, among them \(wrong.prefix(8))")
  }

  /// The way of processors without integer instructions.
  @Test(arguments: 1...IntegerReference.inner)
  func integersByFloatsAreTheSame(inner: Int) throws {
    let wrong = try IntegerReference.shared.get().wrong(
      Tensor.floatProduct, inner: inner, rows: stride(from: 1, through: IntegerReference.rows, by: 3),
      columns: stride(from: inner % 3 + 1, through: IntegerReference.columns, by: 3))
    #expect(wrong.isEmpty, "\(wrong.count) shapes, among them \(wrong.prefix(8))")
  }

  /// Both ways with the largest sums, and with more than one part.
  @Test(arguments: [1, 16, 1040, 1041, 2500])
  func longSumsOfIntegers(inner: Int) throws {
    let most = [Int](repeating: 127, count: inner)
    let mixed = (0..<inner).map { ($0 * 37 + 11) % 255 - 127 }
    let (left, right) = ([most, mixed, most.map { -$0 }], [most, mixed])
    let a = try Tensor(left.joined().map(Float.init), shape: [3, inner]).converted(to: .int8)
    let b = try Tensor(right.joined().map(Float.init), shape: [2, inner]).converted(to: .int8).transposed(0, 1)
    let sums = left.flatMap { row in right.map { column in zip(row, column).reduce(0) { $0 + $1.0 * $1.1 } } }
    let expected = try Tensor(sums, shape: [3, 2]).converted(to: .int32)
    for product in [try Tensor.floatProduct(a, b), try Tensor.integerProduct(a, b)] {
      #expect(product.dtype == .int32)
      #expect(try product.isEqual(to: expected))
    }
  }

  @Test func zeroRowsStayZero() throws {
    let matrix = try WeightMatrix(Tensor.zeros([3, 4]), precision: .int8)
    #expect(try normal([2, 4], 1).linear(matrix).floats().allSatisfy { $0 == 0 })
    let some = try WeightMatrix(normal([3, 4], 1), precision: .int8)
    #expect(try Tensor.zeros([2, 4]).linear(some).floats().allSatisfy { $0 == 0 })
  }

  /// Held as bfloat16 or widened beforehand: not a bit differs, in no direction, with few rows and with many.
  @Test(arguments: [(1, 33, 17), (7, 64, 30), (32, 16, 5), (40, 100, 64)])
  func bfloat16HasTheBitsOfFloat32(rows: Int, inputs: Int, outputs: Int) throws {
    let stored = try normal([outputs, inputs], 1).converted(to: .bfloat16)
    let narrow = try WeightMatrix(stored)
    let wide = try WeightMatrix(stored.converted(to: .float32))
    #expect(narrow.precision == .bfloat16 && wide.precision == .float32)
    #expect(try narrow.dequantized().isEqual(to: wide.dequantized()))
    let (x, y) = (try normal([rows, inputs], 2), try normal([rows, outputs], 3))
    #expect(try x.linear(narrow).isEqual(to: x.linear(wide)))
    #expect(try x.linear(narrow, adding: y).isEqual(to: x.linear(wide, adding: y)))
    #expect(try y.linearTransposed(narrow).isEqual(to: y.linearTransposed(wide)))
    #expect(try y.linearTransposed(narrow, adding: x).isEqual(to: y.linearTransposed(wide, adding: x)))
    let numbers = try Tensor([0, outputs - 1, 2], shape: [3, 1])
    #expect(try narrow.rows(numbers).isEqual(to: wide.rows(numbers)))
  }

  /// The kernel for few rows against libtorch's product, and its rows one by one.
  @Test(arguments: [1, 2, 3, 4, 6, 8, 13, 32])
  func fewRows(rows: Int) throws {
    for (inputs, outputs) in [
      (1, 1), (15, 3), (16, 4), (50, 9), (257, 70), (1024, 8), (1025, 9), (1056, 24), (2080, 13),
    ] {
      // With numbers that bfloat16 holds: the same product in either type.
      let weight = try normal([outputs, inputs], 1).converted(to: .bfloat16).converted(to: .float32)
      let matrix = try WeightMatrix(weight)
      let (x, addend) = (try normal([rows, inputs], 2), try normal([rows, outputs], 3))
      let product = try x.linear(matrix, adding: addend)
      #expect(try difference(product, x.matmul(weight.transposed(0, 1)) + addend) < (inputs > 1000 ? 1e-3 : 1e-4))
      #expect(try x.rowProduct(weight.converted(to: .bfloat16), adding: addend).isEqual(to: product))
      for row in 0..<rows {
        let alone = try x.narrowed(0, from: row, count: 1).linear(
          matrix, adding: addend.narrowed(0, from: row, count: 1))
        #expect(try alone.isEqual(to: product.narrowed(0, from: row, count: 1)))
      }
    }
  }

  /// The same with rows that are rounded to bfloat16 first, by every instruction set: those with products of bfloat16 add two at a time.
  @Test(arguments: [1, 2, 3, 4, 6, 8, 13, 32])
  func fewRoundedRows(rows: Int) throws {
    for (inputs, outputs) in [
      (1, 1), (31, 3), (32, 4), (50, 9), (257, 70), (896, 5), (1024, 8), (1025, 9), (1056, 24), (2080, 13),
    ] {
      let weight = try normal([outputs, inputs], 1).converted(to: .bfloat16)
      let (x, addend) = (try normal([rows, inputs], 2), try normal([rows, outputs], 3))
      let exact =
        try x.converted(to: .bfloat16).converted(to: .float64)
        .matmul(weight.converted(to: .float64).transposed(0, 1)) + addend.converted(to: .float64)
      for set in InstructionSet.available {
        try set.use {
          let product = try x.rowProduct(weight, adding: addend, rounded: true)
          let limit = inputs > 1000 ? 1e-3 : 1e-4
          #expect(try difference(product, exact.converted(to: .float32)) < limit, "\(set), \(inputs) inputs")
          for row in 0..<rows {
            let alone = try x.narrowed(0, from: row, count: 1).rowProduct(
              weight, adding: addend.narrowed(0, from: row, count: 1), rounded: true)
            #expect(try alone.isEqual(to: product.narrowed(0, from: row, count: 1)), "\(set), row \(row)")
          }
        }
      }
    }
  }

  /// Tokens after the slices are rounded as those in slices are, and have the bits that they have alone.
  @Test func generatedTokensInBfloat16() throws {
    let weight = try normal([96, 256], 1).converted(to: .bfloat16)
    let (matrix, x) = (try WeightMatrix(weight), try normal([70, 256], 2))
    let product = try matrix.product(x, ProductSlices(sliced: 40, half: true))
    let rounded = try x.converted(to: .bfloat16).converted(to: .float32)
    let exact = try rounded.matmul(weight.converted(to: .float32).transposed(0, 1))
    // What is in slices is rounded once more, as libtorch gives bfloat16.
    #expect(try difference(product.narrowed(0, from: 40, count: 30), exact.narrowed(0, from: 40, count: 30)) < 1e-4)
    let alone = try matrix.product(x.narrowed(0, from: 55, count: 1), ProductSlices(sliced: 0, half: true))
    #expect(try alone.isEqual(to: product.narrowed(0, from: 55, count: 1)))
    let wide = try matrix.product(x.narrowed(0, from: 55, count: 1), ProductSlices(sliced: 0))
    #expect(try !wide.isEqual(to: alone), "not rounded")
  }

  /// A matrix that is never widened as a whole.
  @Test func largeMatrices() throws {
    let weight = try normal([70_000, 256], 1).converted(to: .bfloat16)
    let (narrow, wide) = (try WeightMatrix(weight), try weight.converted(to: .float32))
    let (x, y) = (try normal([40, 256], 2), try normal([40, 70_000], 3))
    #expect(try difference(x.linear(narrow), x.linear(wide)) < 1e-3)
    #expect(try difference(y.linearTransposed(narrow, adding: x), y.linearTransposed(wide) + x) < 1e-2)
    #expect(try y.linearTransposed(narrow).isEqual(to: y.linearTransposed(WeightMatrix(wide))))
  }

  @Test func typesOfWeights() throws {
    #expect(throws: TorchError.self) { try WeightMatrix(Tensor.zeros([3, 4], .float16)) }
    #expect(throws: TorchError.self) { try WeightMatrix(Tensor.zeros([3, 4], .int64)) }
    let rounded = try WeightMatrix(Tensor([1.00390625] as [Float], shape: [1, 1]), precision: .bfloat16)
    #expect(try rounded.dequantized().floats() == [1])
  }

  /// Kernels read memory by the shapes that they are told: what does not fit must be refused before.
  @Test func shapesThatDoNotFit() throws {
    let matrix = try WeightMatrix(normal([3, 4], 1), precision: .int8)
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
