import Torch

/// The loss of next tokens and its gradient, against float64.
enum LossCases {
  static var all: [OperatorCase] {
    [
      OperatorCase(name: "cross-entropy", types: [.float32]) { operands in
        let (rows, columns) = (48, 4099)
        let targets = (0..<rows).map { ($0 * 977 + 5) % columns }
        let logits = try operands.normal([rows, columns], 1)
        let wanted = try Tensor(targets, on: operands.device)
        guard operands.device != .cpu || Kernels.rehearsesDevice else { return try inDoubles(logits, wanted) }
        let loss = try SpacedRows(logits).nextTokenLoss(targets: wanted, scale: 0.25)
        return [try Tensor([Float(loss.sum)]), loss.gradient]
      }
    ]
  }

  private static func inDoubles(_ logits: Tensor, _ targets: Tensor) throws -> [Tensor] {
    let logProbabilities = try logits.converted(to: .float64).logSoftmax(-1)
    let wanted = try targets.unsqueezed(1)
    let picked = try logProbabilities.picked(1, wanted)
    let gradient = try logProbabilities.exp().replacing(1, at: wanted, with: picked.exp() + -1) * 0.25
    return [try (-picked.sum()).reshaped([1]), gradient]
  }
}
