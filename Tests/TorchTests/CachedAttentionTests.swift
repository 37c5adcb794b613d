import TestSupport
import Testing
import Torch

/// Is attention over cached tokens what attention over all of them at once is?
@Suite struct CachedAttentionTests {
  /// Row by row in pieces, over more tokens than the first room holds, for groups of one to six query heads.
  @Test(arguments: [(2, 2, 8), (4, 2, 16), (6, 1, 20), (7, 1, 32)])
  func equalsPackedAttention(heads: Int, kvHeads: Int, headDim: Int) throws {
    let lengths = [150, 3, 70]
    let tokens = lengths.reduce(0, +)
    let (queries, keys) = (try normal([tokens, heads, headDim], 1), try normal([tokens, kvHeads, headDim], 2))
    let values = try normal([tokens, kvHeads, headDim], 3)
    let whole = try PackedAttention(
      queries: queries, keys: keys, values: values, layout: PackedAttention.Layout(lengths: lengths), tracing: false
    ).output
    let starts = [0, 150, 153]
    var caches = try lengths.map { _ in CachedKeys(kvHeads: kvHeads, headDim: headDim) }
    while caches.map(\.length) != lengths {
      // One token here, several there; a row that has all gets none.
      let counts = lengths.indices.map { min([1, 2, 9][$0], lengths[$0] - caches[$0].length) }
      let numbers = counts.indices.flatMap { row in
        (0..<counts[row]).map { starts[row] + caches[row].length + $0 }
      }
      let chosen = try Tensor(numbers)
      let output = try CachedAttention.attend(
        queries: queries.gathered(0, rows: chosen),
        new: CachedAttention.New(keys: keys.gathered(0, rows: chosen), values: values.gathered(0, rows: chosen)),
        layout: PackedAttention.Layout(lengths: counts), caches: &caches)
      #expect(try difference(output, whole.gathered(0, rows: chosen)) < 1e-5)
    }
  }

  /// A token's bits do not depend on how many of its sequence come at once, or on the other sequences.
  @Test(arguments: [(2, 2, 8), (6, 1, 20), (7, 1, 32)])
  func theBitsOfATokenAreItsOwn(heads: Int, kvHeads: Int, headDim: Int) throws {
    let tokens = 131
    let (queries, keys) = (try normal([tokens, heads, headDim], 5), try normal([tokens, kvHeads, headDim], 6))
    let values = try normal([tokens, kvHeads, headDim], 7)
    /// `pieces`: how many tokens come at once; `others`: tokens of a sequence before and one behind it.
    func output(_ pieces: [Int], others: Int) throws -> [UInt8] {
      var caches = try (0..<3).map { _ in CachedKeys(kvHeads: kvHeads, headDim: headDim) }
      var (bytes, start): ([UInt8], Int) = ([], 0)
      for piece in pieces {
        let numbers = Array(0..<others) + Array(start..<start + piece) + Array(0..<others)
        let chosen = try Tensor(numbers)
        let output = try CachedAttention.attend(
          queries: queries.gathered(0, rows: chosen),
          new: CachedAttention.New(keys: keys.gathered(0, rows: chosen), values: values.gathered(0, rows: chosen)),
          layout: PackedAttention.Layout(lengths: [others, piece, others]), caches: &caches)
        bytes += try output.narrowed(0, from: others, count: piece).rawBytes()
        start += piece
      }
      return bytes
    }
    let whole = try output([131], others: 0)
    for pieces in [Array(repeating: 1, count: 131), [64, 64, 3], [3, 5, 7, 100, 1, 15], [130, 1]] {
      for others in [0, 1, 6] { #expect(try output(pieces, others: others) == whole, "\(pieces), \(others)") }
    }
  }

  /// Alignment padding behind the layout's tokens gives zeros and enters no cache.
  @Test func alignmentPaddingIsLeftAlone() throws {
    var caches = [CachedKeys(kvHeads: 1, headDim: 4)]
    let x = try normal([5, 1, 4], 1)
    let output = try CachedAttention.attend(
      queries: x, new: CachedAttention.New(keys: x, values: x), layout: PackedAttention.Layout(lengths: [2]),
      caches: &caches)
    #expect(caches[0].length == 2)
    #expect(try output.narrowed(0, from: 2, count: 3).floats().allSatisfy { $0 == 0 })
  }

  @Test(arguments: [1, 15, 16, 17, 100])
  func largestIndices(width: Int) throws {
    let x = try normal([9, width], 4)
    #expect(try x.largestIndices() == x.argmax(1).integers())
    #expect(try Tensor.zeros([2, width]).largestIndices() == [0, 0])
    #expect(throws: TorchError.self) { try x.reshaped([-1]).largestIndices() }
  }

  @Test func shapesThatDoNotFit() throws {
    var caches = try (0..<2).map { _ in CachedKeys(kvHeads: 1, headDim: 4) }
    let x = try normal([2, 1, 4], 1)
    func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ lengths: [Int]) throws {
      _ = try CachedAttention.attend(
        queries: queries, new: CachedAttention.New(keys: keys, values: values),
        layout: PackedAttention.Layout(lengths: lengths), caches: &caches)
    }
    #expect(throws: TorchError.self) { try attend(x, x, x, [2]) }
    #expect(throws: TorchError.self) { try attend(x, x, x, [1, 2]) }
    #expect(throws: TorchError.self) { try attend(x, normal([2, 1, 3], 1), x, [1, 1]) }
    #expect(throws: TorchError.self) { try attend(x, x, normal([2, 2, 4], 1), [1, 1]) }
    #expect(caches.map(\.length) == [0, 0])
    try attend(x, x, x, [1, 1])
    #expect(caches.map(\.length) == [1, 1])
    caches[1] = CachedKeys(kvHeads: 1, headDim: 8)
    #expect(throws: TorchError.shapeMismatch(what: "heads of cached attention", expected: [1, 4], got: [1, 8])) {
      try attend(x, x, x, [1, 1])
    }
    caches.removeLast()
    #expect(throws: TorchError.shapeMismatch(what: "sequences of cached attention", expected: [2], got: [1])) {
      try attend(x, x, x, [1, 1])
    }
  }
}
