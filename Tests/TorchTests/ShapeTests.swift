import Testing
import Torch

/// Do operations on shapes move every element to its place?
@Suite struct ShapeTests {
  /// 0 1 2
  /// 3 4 5
  let x: Tensor

  init() throws {
    try useOneThread()
    x = try tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
  }

  @Test func reshaping() throws {
    try expect(x.reshaped([3, 2]), [3, 2], [0, 1, 2, 3, 4, 5])
    try expect(x.reshaped([-1]), [6], [0, 1, 2, 3, 4, 5])
    try expect(x.transposed(0, 1), [3, 2], [0, 3, 1, 4, 2, 5])
    try expect(x.unsqueezed(1), [2, 1, 3], [0, 1, 2, 3, 4, 5])
    try expect(x.unsqueezed(0).squeezed(0), [2, 3], [0, 1, 2, 3, 4, 5])
    try expect(tensor([1, 2], shape: [2, 1]).expanded([2, 3]), [2, 3], [1, 1, 1, 2, 2, 2])
  }

  @Test func slices() throws {
    try expect(x.narrowed(1, from: 1, count: 2), [2, 2], [1, 2, 4, 5])
    try expect(x.selected(0, 1), [3], [3, 4, 5])
    try expect(x.selected(1, 0), [2], [0, 3])
  }

  @Test func aNarrowedTensorIsAView() throws {
    let whole = try x.cloned()
    try whole.narrowed(1, from: 1, count: 1).fillInPlace(9)
    try expect(whole, [2, 3], [0, 9, 2, 3, 9, 5])
  }

  @Test func gathering() throws {
    try expect(x.gathered(0, rows: Tensor([1, 1, 0])), [3, 3], [3, 4, 5, 3, 4, 5, 0, 1, 2])
    try expect(x.gathered(1, rows: Tensor([2, 0])), [2, 2], [2, 0, 5, 3])
    try expect(x.picked(1, Tensor([2, 0], shape: [2, 1])), [2, 1], [2, 3])
  }

  @Test func joining() throws {
    let y = try tensor([6, 7, 8], shape: [1, 3])
    try expect(Tensor.concatenated([x, y]), [3, 3], [0, 1, 2, 3, 4, 5, 6, 7, 8])
    try expect(Tensor.concatenated([x, x], axis: 1), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
    try expect(Tensor.stacked([tensor([1, 2]), tensor([3, 4])]), [2, 2], [1, 2, 3, 4])
    try expect(Tensor.stacked([tensor([1, 2]), tensor([3, 4])], axis: 1), [2, 2], [1, 3, 2, 4])
    try expect(x.repeated(0, times: 2), [4, 3], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
  }

  @Test func reductions() throws {
    try expect(x.sum(), [], [15])
    try expect(x.sum(0), [3], [3, 5, 7])
    try expect(x.sum(1, keeping: true), [2, 1], [3, 12])
    try expect(x.mean(), [], [2.5])
    try expect(x.mean(1), [2], [1, 4])
    try expect(x.mean(0, keeping: true), [1, 3], [1.5, 2.5, 3.5])
    try expect(x.maximum(), [], [5])
    try expect(x.norm(), [], [7.416_198_5])
    try expect(x.logSumExp(1), [2], [2.407_605_9, 5.407_605_9])
  }

  /// More than a block of squares, and some left over: close to the sum in double, and the same bits for two threads.
  @Test(arguments: [0, 1, 17, 16_384, 100_003])
  func squareSums(count: Int) throws {
    let numbers = (0..<count).map { Float(($0 * 7_919) % 1_000) / 1_000 - 0.3 }
    let exact = numbers.reduce(0.0) { $0 + Double($1) * Double($1) }
    let sum = try tensor(numbers).squareSum()
    #expect(abs(sum - exact) <= 1e-6 * exact)
    let pool = try WorkerPool(1, threads: 2)
    #expect(try pool.map(1) { _, _ in try tensor(numbers).squareSum() } == [sum])
  }

  @Test func theFirstOfEqualsIsTheArgmax() throws {
    #expect(try tensor([1, 7, 7, 0]).argmax(0).integers() == [1])
    #expect(try x.argmax(1).integers() == [2, 2])
  }

  @Test func allAndEquality() throws {
    #expect(try Tensor([true, true]).all().item() == 1)
    #expect(try Tensor([true, false]).all().item() == 0)
    #expect(try x.isEqual(to: x.cloned()))
    #expect(try !x.isEqual(to: x.reshaped([3, 2])))
    #expect(try !x.isEqual(to: x.converted(to: .float64)))
    #expect(try !x.isEqual(to: x + 1e-6))
  }
}
