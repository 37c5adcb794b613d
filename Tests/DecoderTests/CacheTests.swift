import TestSupport
import Testing
import Torch

@testable import Decoder
@testable import ModelConfiguration

/// Does a cache give what computing everything again gives?
@Suite struct CacheTests {
  let model: DecoderModel
  private let rows = [[1, 2, 3, 4, 5, 6, 7], [8], [9, 10, 11], [12, 13, 14, 15, 16]]

  init() throws { model = try Goldens.model() }

  /// Rows of different lengths, read in uneven pieces, some of them empty.
  @Test func piecesEqualTheWhole() throws {
    let whole = try model.packedStates(TokenBatch(rows))
    let cache = KeyValueCache()
    var got = rows.map { _ in [[Float]]() }
    for ends in [[2, 0, 3, 1], [3, 1, 3, 1], [7, 1, 3, 5]] {
      let pieces = rows.indices.map { Array(rows[$0][got[$0].count..<ends[$0]]) }
      let states = try model.packedStates(TokenBatch(pieces), cache: cache)
      let width = model.configuration.hiddenSize
      let values = try states.floats()
      var position = 0
      for (row, piece) in pieces.enumerated() {
        for _ in piece {
          got[row].append(Array(values[position * width..<(position + 1) * width]))
          position += 1
        }
      }
    }
    #expect(cache.length == 7)
    let flat = try Tensor(got.flatMap { $0.flatMap { $0 } }, shape: [16, model.configuration.hiddenSize])
    #expect(try difference(flat, whole.narrowed(0, from: 0, count: 16)) < 1e-5)
  }

  /// The padded grid, which other devices use.
  @Test func theGridGivesTheSame() throws {
    let cache = KeyValueCache()
    let first = try TokenBatch([[1, 2, 3], [4, 5, 6]])
    // A mask of its own leads around the kernels.
    let causal = try Tensor([true, false, false, true, true, false, true, true, true], shape: [1, 1, 3, 3])
    _ = try model.packedStates(
      TokenBatch(ids: first.ids, lengths: [3, 3], positions: [0, 1, 2, 0, 1, 2], mask: .allowed(causal)), cache: cache)
    #expect(!cache.suitsKernels && cache.length == 3)
    let states = try model.packedStates(TokenBatch([[7], [8]]), cache: cache)
    let whole = try model.packedStates(TokenBatch([[1, 2, 3, 7], [4, 5, 6, 8]]))
    #expect(try difference(states, whole.gathered(0, rows: Tensor([3, 7]))) < 1e-5)
  }

  /// Prompts of different lengths together give what each gives alone, greedy and sampled, whichever ends first.
  @Test func batchesOfPrompts() throws {
    for temperature in [0, 1.5] {
      let options = GenerationOptions(maxTokens: 12, temperature: temperature, seed: 5)
      var heard = rows.map { _ in [Int]() }
      let together = try model.generate(after: rows, options: options) { row, id in
        heard[row].append(id)
        return !(row == 2 && heard[2].count == 4)
      }
      #expect(heard == together && together[2].count <= 4)
      for (row, prompt) in rows.enumerated() where row != 2 {
        #expect(try model.generate(after: prompt, options: options) == together[row])
      }
    }
    #expect(try model.generate(after: [[Int]](), options: GenerationOptions()).isEmpty)
  }

  @Test func rowsEndAtTheLastPosition() throws {
    let limit = model.configuration.maxPositions
    let long = (0..<limit - 2).map { $0 % 40 }
    let options = GenerationOptions(maxTokens: 6, stopsAtEnd: false)
    let together = try model.generate(after: [long, [1, 2]], options: options)
    #expect(together.map(\.count) == [3, 6])
    #expect(try model.generate(after: [1, 2], options: options) == together[1])
  }
}
