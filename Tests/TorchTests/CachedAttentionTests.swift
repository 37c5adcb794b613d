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
    var cache = try CachedAttention(rows: 3, kvHeads: kvHeads, headDim: headDim)
    while cache.lengths != lengths {
      // One token here, several there; a row that has all gets none.
      let counts = lengths.indices.map { min([1, 2, 9][$0], lengths[$0] - cache.lengths[$0]) }
      let numbers = counts.indices.flatMap { row in
        (0..<counts[row]).map { starts[row] + cache.lengths[row] + $0 }
      }
      let chosen = try Tensor(numbers)
      let output = try cache.attend(
        queries: queries.gathered(0, rows: chosen),
        new: CachedAttention.New(keys: keys.gathered(0, rows: chosen), values: values.gathered(0, rows: chosen)),
        layout: PackedAttention.Layout(lengths: counts))
      #expect(try difference(output, whole.gathered(0, rows: chosen)) < 1e-5)
    }
  }

  /// Filler behind the layout's tokens gives zeros and enters no cache.
  @Test func alignmentPaddingIsLeftAlone() throws {
    var cache = try CachedAttention(rows: 1, kvHeads: 1, headDim: 4)
    let x = try normal([5, 1, 4], 1)
    let output = try cache.attend(
      queries: x, new: CachedAttention.New(keys: x, values: x), layout: PackedAttention.Layout(lengths: [2]))
    #expect(cache.lengths == [2])
    #expect(try output.narrowed(0, from: 2, count: 3).floats().allSatisfy { $0 == 0 })
  }

  @Test(arguments: [1, 15, 16, 17, 100])
  func largestPlaces(width: Int) throws {
    let x = try normal([9, width], 4)
    #expect(try x.largestPlaces() == x.argmax(1).integers())
    #expect(try Tensor.zeros([2, width]).largestPlaces() == [0, 0])
    #expect(throws: TorchError.self) { try x.reshaped([-1]).largestPlaces() }
  }

  @Test func shapesThatDoNotFit() throws {
    var cache = try CachedAttention(rows: 2, kvHeads: 1, headDim: 4)
    let x = try normal([2, 1, 4], 1)
    func attend(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ lengths: [Int]) throws {
      _ = try cache.attend(
        queries: queries, new: CachedAttention.New(keys: keys, values: values),
        layout: PackedAttention.Layout(lengths: lengths))
    }
    #expect(throws: TorchError.self) { try attend(x, x, x, [2]) }
    #expect(throws: TorchError.self) { try attend(x, x, x, [1, 2]) }
    #expect(throws: TorchError.self) { try attend(x, normal([2, 1, 3], 1), x, [1, 1]) }
    #expect(throws: TorchError.self) { try attend(x, x, normal([2, 2, 4], 1), [1, 1]) }
    #expect(cache.lengths == [0, 0])
    try attend(x, x, x, [1, 1])
    #expect(cache.lengths == [1, 1])
  }
}
