import ModelConfiguration
import TestSupport
import Testing

@testable import Torch

/// Are a device's products with a base in 8 or 4 bits the CPU's products with the same codes?
@Suite struct DeviceBaseTests {
  init() throws { try useOneThread() }

  /// Numbers of any bits, a row of zeros, and one of ties.
  private func rows(_ type: DType) throws -> Tensor {
    let x = try normal([19, 72], 1) * normal([19, 1], 2)
    try x.narrowed(0, from: 3, count: 1).fillInPlace(0)
    let ties = (0..<72).map { Float($0 % 2 == 0 ? $0 + 1 : -$0) / 2 } + [Float](repeating: 127, count: 1)
    try x.narrowed(0, from: 4, count: 1).copyInPlace(from: Tensor(Array(ties.suffix(72)), shape: [1, 72]))
    return try x.converted(to: type)
  }

  /// The CPU's integers and scales, bit for bit.
  @Test(arguments: [DType.float32, .bfloat16], Rehearsal.allCases)
  func integersAreTheCPUs(type: DType, by rehearsal: Rehearsal) throws {
    let x = try rows(type)
    let columns = try normal([72], 3)
    for columns in [nil, columns] {
      let expected = try x.converted(to: .float32).quantized(columns: columns)
      let got = try asDevice(rehearsal) { try RowFormat.int8.quantized(x, columns: columns) }
      #expect(try got.values.isEqual(to: expected.values) && got.scales.isEqual(to: expected.scales))
    }
  }

  /// By a kernel and by single operations.
  @Test(arguments: [DType.float32, .bfloat16]) func float8IsTheSameBothWays(type: DType) throws {
    let x = try rows(type)
    for columns in [nil, try normal([72], 3)] {
      let both = try Rehearsal.allCases.map { way in
        try asDevice(way) { try RowFormat.fp8.quantized(x, columns: columns) }
      }
      #expect(try both[0].values.isEqual(to: both[1].values) && both[0].scales.isEqual(to: both[1].scales))
      let codes = try CodedMatrix(
        .fp8, shape: x.shape, codes: both[0].values, scales: both[0].scales.unsqueezed(1), groupSize: 64)
      let exact = try columns.map { try x.converted(to: .float32) * $0 } ?? x.converted(to: .float32)
      #expect(try (codes.widened() - exact).norm().item() < 0.03 * exact.norm().item())
    }
  }

  private static let sizes = [(rows: 5, inputs: 64, outputs: 24), (40, 72, 88), (3, 33, 20), (17, 128, 8)]

  @Test(arguments: sizes, Rehearsal.allCases)
  func int8(size: (rows: Int, inputs: Int, outputs: Int), by rehearsal: Rehearsal) throws {
    let weight = try normal([size.outputs, size.inputs], 1) * normal([size.outputs, 1], 2)
    let matrix = try WeightMatrix(weight, precision: .int8)
    for type in [DType.float32, .bfloat16] {
      let (x, y) = (try halves([size.rows, size.inputs], 3, type), try halves([size.rows, size.outputs], 4, type))
      func all() throws -> [Tensor] {
        [
          try x.linear(matrix), try x.linear(matrix, adding: y), try y.linearTransposed(matrix),
          try y.linearTransposed(matrix, adding: x),
        ]
      }
      let expected = try all()
      for (got, wanted) in zip(try asDevice(rehearsal) { try all() }, expected) {
        #expect(got.dtype == type)
        // The same integers, and the same order of the operations on their sums.
        #expect(try got.isEqual(to: wanted), "\(type)")
      }
    }
  }

  /// 4-bit integers in groups of neighbours, or in groups of an order of their own.
  private func integers(_ outputs: Int, _ inputs: Int, listed: Bool) throws -> WeightMatrix {
    let groups = (inputs + 31) / 32
    let codes = (0..<outputs * ((inputs + 1) / 2)).map { UInt8(truncatingIfNeeded: $0 * 151 + $0 / 7) }
    let zeros = (0..<outputs * groups).map { Float($0 * 5 % 16) }
    let order = (0..<inputs).map { Int32($0 * 7 % groups) }
    return WeightMatrix(
      try CodedMatrix(
        .int4, shape: [outputs, inputs], codes: Tensor(codes).reshaped([outputs, (inputs + 1) / 2]),
        scales: normal([outputs, groups], 9), zeros: Tensor(zeros, shape: [outputs, groups]),
        groups: listed ? Tensor(int32: order) : nil, groupSize: 32))
  }

  private func coded(_ outputs: Int, _ inputs: Int) throws -> [WeightMatrix] {
    let weight = try normal([outputs, inputs], 1) * normal([outputs, 1], 2)
    return try [.nf4, .fp8].map { try WeightMatrix(weight, precision: $0) }
      + [false, true].map { try integers(outputs, inputs, listed: $0) }
  }

  /// What codes stand for: the CPU's float32 bit for bit, and that rounded once to bfloat16.
  @Test(arguments: Rehearsal.allCases) func whatCodesStandFor(by rehearsal: Rehearsal) throws {
    for (outputs, inputs) in [(30, 100), (17, 33), (64, 128)] {
      for matrix in try coded(outputs, inputs) {
        guard case .coded(let codes) = matrix.storage else { continue }
        let expected = try codes.widened()
        try asDevice(rehearsal) {
          #expect(try codes.widened().isEqual(to: expected), "\(matrix.precision)")
          let half = try codes.withHalf(isKept: false) { try $0.cloned() }
          #expect(try half.isEqual(to: expected.converted(to: .bfloat16)), "\(matrix.precision)")
          let numbers = try Tensor([outputs - 1, 0, 7], shape: [3, 1])
          #expect(try matrix.rows(numbers).isEqual(to: numbers.embedded(in: expected)))
        }
      }
    }
  }

  @Test(arguments: sizes, Rehearsal.allCases)
  func codes(size: (rows: Int, inputs: Int, outputs: Int), by rehearsal: Rehearsal) throws {
    try Float8Product.$isRehearsed.withValue(false) {
      for matrix in try coded(size.outputs, size.inputs) {
        for type in [DType.float32, .bfloat16] {
          let (x, y) = (try halves([size.rows, size.inputs], 3, type), try halves([size.rows, size.outputs], 4, type))
          func all() throws -> [Tensor] {
            [
              try x.linear(matrix), try x.linear(matrix, adding: y), try y.linearTransposed(matrix),
              try y.linearTransposed(matrix, adding: x),
            ]
          }
          let expected = try all()
          for (got, wanted) in zip(try asDevice(rehearsal) { try all() }, expected) {
            #expect(got.dtype == type)
            try expectNear(got, wanted, type == .float32 ? 1e-5 : 4.0 / 256, "\(matrix.precision) \(type)")
          }
        }
      }
    }
  }

  /// The gradient of a recorded product reads the matrix after the next product was computed.
  @Test(arguments: Rehearsal.allCases) func recordedProducts(by rehearsal: Rehearsal) throws {
    let weight = try normal([24, 64], 1)
    let (one, other) = (try WeightMatrix(weight, precision: .nf4), try WeightMatrix(weight * -3, precision: .nf4))
    let x = try halves([5, 64], 2, .bfloat16)
    let leaf = try x.cloned()
    try leaf.requireGradient()
    try asDevice(rehearsal) {
      let product = try leaf.linear(one)
      _ = try x.linear(other)
      try product.converted(to: .float32).sum().backward()
      let ones = try Tensor(repeating: 1, [5, 24]).converted(to: .bfloat16)
      try expectNear(try #require(leaf.gradient), ones.linearTransposed(one), 4.0 / 256)
    }
  }

  @Test func memoryIsUsedAgain() throws {
    try asDevice {
      let matrices = try [(24, 64), (88, 72), (24, 64)].map {
        try WeightMatrix(normal([$0.0, $0.1], 1), precision: .nf4)
      }
      for matrix in matrices { _ = try halves([5, matrix.shape[1]], 2, .bfloat16).linear(matrix) }
      var places: Set<UnsafeMutableRawPointer> = []
      for matrix in matrices {
        guard case .coded(let codes) = matrix.storage else { continue }
        _ = try codes.withHalf(isKept: false) { half in
          places.insert(try half.memory(.bfloat16))
          return try half.cloned()
        }
      }
      #expect(places.count == 1)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    try asDevice {
      for matrix in try coded(32, 96) + [WeightMatrix(normal([32, 96], 1), precision: .int8)] {
        for type in [DType.float32, .bfloat16] {
          #expect(throws: TorchError.self) { try halves([4, 95], 1, type).linear(matrix) }
          #expect(throws: TorchError.self) { try halves([4, 31], 1, type).linearTransposed(matrix) }
        }
      }
    }
  }

  @Test func suitability() throws {
    for matrix in try coded(32, 96) + [WeightMatrix(normal([32, 96], 1), precision: .int8)] {
      #expect(!matrix.suitsHalfProducts)
      asDevice { #expect(matrix.suitsHalfProducts) }
      #expect(try matrix.moved(to: .cpu).dequantized().isEqual(to: matrix.dequantized()))
    }
    let wide = try WeightMatrix(normal([32, 96], 1))
    asDevice { #expect(!wide.suitsHalfProducts) }
  }
}
