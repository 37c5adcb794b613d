import Foundation
import ModelConfiguration
import Testing
import Torch

/// Does every elementwise operation compute what its name says?
@Suite struct ArithmeticTests {
  let a: Tensor
  let b: Tensor

  init() throws {
    try useOneThread()
    a = try tensor([1, 2, -3, 4], shape: [2, 2])
    b = try tensor([10, 0.5, 2, -4], shape: [2, 2])
  }

  @Test func operators() throws {
    try expect(a + b, [2, 2], [11, 2.5, -1, 0])
    try expect(a - b, [2, 2], [-9, 1.5, -5, 8])
    try expect(a * b, [2, 2], [10, 1, -6, -16])
    try expect(a / b, [2, 2], [0.1, 4, -1.5, -1])
    try expect(a * 3, [2, 2], [3, 6, -9, 12])
    try expect(a + 0.5, [2, 2], [1.5, 2.5, -2.5, 4.5])
    try expect(-a, [2, 2], [-1, -2, 3, -4])
    try expect(a.adding(b, times: -2), [2, 2], [-19, 1, -7, 12])
  }

  @Test func broadcasting() throws {
    try expect(a + tensor([1, 10]), [2, 2], [2, 12, -2, 14])
    try expect(a * tensor([1, 10], shape: [2, 1]), [2, 2], [1, 2, -30, 40])
  }

  @Test func inPlaceChangesTheTensorItself() throws {
    let x = try a.cloned()
    try x.addInPlace(b, times: 2)
    try expect(x, [2, 2], [21, 3, 1, -4])
    try x.multiplyInPlace(by: 10)
    try expect(x, [2, 2], [210, 30, 10, -40])
    try x.multiplyInPlace(by: tensor([0, 1]))
    try expect(x, [2, 2], [0, 30, 0, -40])
    try x.fillInPlace(7)
    try expect(x, [2, 2], [7, 7, 7, 7])
    try expect(a, [2, 2], [1, 2, -3, 4])
  }

  @Test func functions() throws {
    let x = try tensor([0.25, 1, 4])
    try expect(x.power(1.5), [3], [0.125, 1, 8])
    try expect(x.sqrt(), [3], [0.5, 1, 2])
    try expect(x.rsqrt(), [3], [2, 1, 0.5])
    try expect(x.exp(), [3], [1.284_025_4, 2.718_281_8, 54.598_15], tolerance: 1e-5)
    try expect(x.log(), [3], [-1.386_294_4, 0, 1.386_294_4])
    try expect(x.cos(), [3], [0.968_912_4, 0.540_302_3, -0.653_643_6])
    try expect(x.sin(), [3], [0.247_404, 0.841_471, -0.756_802_5])
    try expect(a.abs(), [2, 2], [1, 2, 3, 4])
  }

  @Test func finiteness() throws {
    let x = try tensor([1, .infinity, -.infinity, .nan])
    #expect(try x.isFinite().integers() == [1, 0, 0, 0])
    #expect(try x.isFinite().dtype == .bool)
  }

  @Test func filling() throws {
    try expect(
      a.filling(where: Tensor([true, false, false, true], shape: [2, 2]), with: -9), [2, 2], [-9, 2, -3, -9])
  }

  @Test func comparisons() throws {
    let x = try tensor([1, 2, 3])
    let y = try tensor([2, 2, 2])
    #expect(try x.equals(y).integers() == [0, 1, 0])
    #expect(try x.isLessOrEqual(to: y).integers() == [1, 1, 0])
    let yes = try Tensor([true, true, false, false])
    let no = try Tensor([true, false, true, false])
    #expect(try yes.and(no).integers() == [1, 0, 0, 0])
    #expect(try yes.or(no).integers() == [1, 1, 1, 0])
  }

  @Test func activations() throws {
    let x = try tensor([0, 1, -2])
    try expect(x.silu(), [3], [0, 0.731_058_6, -0.238_405_8])
    // torch.nn.functional.gelu(x, approximate="tanh")
    try expect(x.activated(.geluTanh), [3], [0, 0.841_192_0, -0.045_402_3])
    let rows = try tensor([0, 0, 0, 1], shape: [2, 2])
    try expect(rows.softmax(-1), [2, 2], [0.5, 0.5, 0.268_941_4, 0.731_058_6])
    try expect(rows.softmax(0), [2, 2], [0.5, 0.268_941_4, 0.5, 0.731_058_6])
    try expect(rows.logSoftmax(-1), [2, 2], [-0.693_147_2, -0.693_147_2, -1.313_261_7, -0.313_261_7])
  }

  @Test func softmaxDoesNotOverflow() throws {
    try expect(tensor([1000, 1000]).softmax(0), [2], [0.5, 0.5])
    try expect(tensor([1000, 1000]).logSumExp(0), [], [1000.693_1], tolerance: 1e-3)
  }
}
