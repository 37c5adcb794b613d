public import Decoder
public import Streams
public import Torch

/// A packed batch of examples with what is to be predicted.
public struct TrainingBatch {
  public let tokens: TokenBatch
  /// Numbers of the packed tokens that predict a target. int64 [targets]
  let positions: Tensor
  /// The token that each position has to predict. int64 [targets]
  let targets: Tensor
  /// Number of target tokens.
  public let targetCount: Int
  /// Number of each sequence's last prompt token among the packed tokens. int64 [batch]
  let promptEnds: Tensor
  /// Label number of each sequence; −1 where there is none. int64 [batch]
  let labels: Tensor
  /// The label numbers of each sequence that may have several; `nil`: the task has no such sequences.
  let labelSets: [[Int]]?
  /// Row numbers of the examples in their file.
  public let rows: [Int]

  /// The answer's tokens are the targets, the end token included; each is predicted at the position before it.
  public init(_ examples: [EncodedExample], on device: Device = .cpu) throws {
    let sequences = examples.map { $0.promptIds + $0.answerIds }
    tokens = try TokenBatch(sequences, on: device)
    var positions: [Int] = []
    var targets: [Int] = []
    var promptEnds: [Int] = []
    var sequenceStart = 0
    for example in examples {
      let start = sequenceStart + example.promptIds.count - 1
      promptEnds.append(start)
      for (index, id) in example.answerIds.enumerated() {
        positions.append(start + index)
        targets.append(id)
      }
      sequenceStart += example.promptIds.count + example.answerIds.count
    }
    self.positions = try Tensor(positions, on: device)
    self.targets = try Tensor(targets, on: device)
    targetCount = targets.count
    self.promptEnds = try Tensor(promptEnds, on: device)
    labels = try Tensor(examples.map { $0.labelIndex ?? -1 }, on: device)
    labelSets = examples.allSatisfy { $0.labelIndices != nil } ? examples.compactMap(\.labelIndices) : nil
    rows = examples.map(\.index)
  }
}
