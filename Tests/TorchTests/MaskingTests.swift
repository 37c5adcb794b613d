import Testing
import Torch

/// Do operations with masks take what the mask says?
@Suite struct MaskingTests {
  let x: Tensor
  let mask: Tensor

  init() throws {
    try useOneThread()
    x = try tensor([5, 1, -3, 2], shape: [2, 2])
    mask = try Tensor([true, false, false, true], shape: [2, 2])
  }

  @Test func choosing() throws {
    try expect(x.kept(where: mask, else: tensor([10, 20, 30, 40], shape: [2, 2])), [2, 2], [5, 20, 30, 2])
    try expect(x.picked(where: mask), [2], [5, 2])
    try expect(x.replacing(where: mask, with: tensor([7, 8])), [2, 2], [7, 1, -3, 8])
    #expect(try mask.not().truths() == [false, true, true, false])
    #expect(try x.picked(where: Tensor([false, false, false, false], shape: [2, 2])).shape == [0])
    #expect(throws: TorchError.self) { try x.replacing(where: mask, with: tensor([7])) }
    // The tensor itself is as it was.
    try expect(x, [2, 2], [5, 1, -3, 2])
  }

  @Test func ranks() throws {
    #expect(try (1...4).map { try x.smallest($0).item() } == [-3, 1, 2, 5])
    #expect(throws: TorchError.self) { try x.smallest(5) }
    #expect(throws: TorchError.self) { try x.smallest(0) }
  }

  @Test func bytes() throws {
    let bytes: [UInt8] = [0, 1, 127, 128, 255]
    let stored = try Tensor(bytes)
    #expect(try stored.dtype == .uint8 && stored.shape == [5] && stored.bytes() == bytes)
    #expect(try Tensor([UInt8]()).bytes() == [])
    #expect(throws: TorchError.self) { try x.bytes() }
    #expect(try stored.truths() == [false, true, true, true, true])
  }

  @Test func sigmoid() throws {
    try expect(tensor([0, 2, -2]).sigmoid(), [3], [0.5, 0.8807971, 0.1192029])
  }
}
