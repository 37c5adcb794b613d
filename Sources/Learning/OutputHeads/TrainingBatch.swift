public import Decoder
public import Streams
public import Torch

/// A packed batch of examples with what is to be predicted.
public struct TrainingBatch {
  public let tokens: TokenBatch
  /// The packed tokens that predict a target.
  let positions: TokenIndices
  /// The token that each position has to predict. int64 [targets]
  let targets: Tensor
  /// Number of target tokens.
  public let targetCount: Int
  /// Each sequence's last prompt token.
  let promptEnds: TokenIndices
  /// Label number of each sequence; −1 where there is none. int64 [batch]
  let labels: Tensor
  /// The label numbers of each sequence that may have several; `nil`: the task has no such sequences.
  let labelSets: [[Int]]?
  /// Row numbers of the examples in their file.
  public let rows: [Int]

  /// The answer's tokens are the targets, the end token included; each is predicted at the position before it.
  public init(
    _ examples: [EncodedExample], on device: Device = .cpu, rounding: TokenBatch.Rounding = .coarse
  ) throws {
    let sequences = examples.map { $0.promptIds + $0.answerIds }
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
    // One copy for all.
    var upload = IntegerUpload()
    let inputs = PackedInputs.add(sequences, to: &upload, rounding: rounding)
    let parts = (
      positions: upload.add(positions), targets: upload.add(targets), ends: upload.add(promptEnds),
      labels: upload.add(examples.map { $0.labelIndex ?? -1 })
    )
    let sent = try upload.sent(to: device)
    tokens = try TokenBatch(sequences, sent: PackedInputs(inputs, of: sent), on: device, rounding: rounding)
    self.positions = TokenIndices(positions, tensor: try sent(parts.positions))
    self.targets = try sent(parts.targets)
    targetCount = targets.count
    self.promptEnds = TokenIndices(promptEnds, tensor: try sent(parts.ends))
    labels = try sent(parts.labels)
    labelSets = examples.allSatisfy { $0.labelIndices != nil } ? examples.compactMap(\.labelIndices) : nil
    rows = examples.map(\.index)
  }
}
