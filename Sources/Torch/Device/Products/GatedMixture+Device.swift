extension GatedMixture {
  private var type: DType { gate.dtype ?? .float32 }
  private var tokens: Int { gate.shape[0] }
  private var width: Int { a.shape[2] }
  private var rank: Int { a.shape[1] }
  private var experts: Int { a.shape[0] }

  /// What the low-rank pairs add to gate and up of each expert: products, which a GPU makes itself. [2 · experts, tokens, width]
  private func terms() throws -> Tensor {
    try reduced.reshaped([tokens, 2 * experts, rank]).transposed(0, 1).converted(to: type)
      .matmul(b.converted(to: type))
  }

  private var operands: DeviceOperations.Mixture {
    get throws {
      DeviceOperations.Mixture(
        gate: gate, up: up, terms: try terms().contiguous(), shares: shares, dropout: dropout, activation: activation)
    }
  }

  /// ``forward(keepingFirst:)`` on a device.
  func deviceForward(keepingFirst: Bool) throws -> Output {
    let middle = try DeviceOperations.mixture(operands, keepingFirst: keepingFirst)
    let factors = try a.converted(to: type)
    let down = try (0..<experts).map { expert in
      try middle.masked.selected(0, expert).productInFloat32(factors.selected(0, expert).transposed(0, 1))
    }  // [tokens, rank] each
    return Output(mixed: middle.mixed, down: try Tensor.concatenated(down, axis: 1), first: middle.first)
  }

  /// ``backward(mixed:down:sequence:toInput:)`` on a device.
  func deviceBackward(mixed: Tensor, down: Tensor, sequence: SequenceGradient?, toInput: Bool) throws -> Gradients {
    let factors = try a.converted(to: type)  // [experts, rank, width]
    let rows = try sequence.map { try $0.rows(on: gate.device) }
    let split = try down.reshaped([tokens, experts, rank]).transposed(0, 1)  // [experts, tokens, rank]
    let middle = try DeviceOperations.mixtureBackward(
      operands,
      DeviceOperations.MixtureGradients(
        mixed: mixed.contiguous(), masked: split.converted(to: type).matmul(factors).contiguous(),
        sequence: sequence.map { sequence in
          DeviceOperations.SequencePart(
            first: sequence.first,
            masked: try sequence.down.matmul(a.selected(0, 0).converted(to: .float32)).contiguous(),
            sequenceOfToken: try rows.map { try $0.converted(to: .int32) } ?? Tensor(int32: [], on: gate.device),
            isolated: sequence.isolated)
        }),
      toInput: toInput)
    let pairs = 2 * experts
    let inputs = try reduced.converted(to: type)  // [tokens, pairs · rank]
    /// Through B, back to what was reduced. [tokens, rank]
    func throughB(_ terms: Tensor, _ pair: Int, of place: Int) throws -> Tensor {
      try terms.selected(0, place).productInFloat32(b.selected(0, pair).converted(to: type).transposed(0, 1))
    }
    let back = try (0..<pairs).map { try throughB(middle.terms, $0, of: $0) }
    let flow = try middle.flowTerms.map { flow in
      try Tensor.concatenated((0..<2).map { try throughB(flow, $0, of: $0) } + back.dropFirst(2), axis: 1)
    }
    let byB = try (0..<pairs).map { pair in
      try inputs.narrowed(1, from: pair * rank, count: rank).transposed(0, 1)
        .productInFloat32(middle.terms.selected(0, pair))
    }  // [rank, width] each
    let byA = try (0..<experts).map { expert in
      var own = try split.selected(0, expert)  // [tokens, rank]
      if expert == 0, let sequence, let rows {
        own = try own + sequence.down.gathered(0, rows: rows)
      }
      return try own.converted(to: type).transposed(0, 1).productInFloat32(middle.masked.selected(0, expert))
    }
    return Gradients(
      gate: middle.gate, up: middle.up, reduced: try Tensor.concatenated(back, axis: 1), flow: flow,
      shares: middle.shares, b: try Tensor.stacked(byB), a: try Tensor.stacked(byA))
  }
}

extension GatedMixture.SequenceGradient {
  /// The sequence of each token. int64 [tokens]
  func rows(on device: Device) throws -> Tensor { try sent ?? Tensor(sequenceOfToken.map(Int.init), on: device) }
}
