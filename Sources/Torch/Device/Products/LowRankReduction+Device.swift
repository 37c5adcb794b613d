extension LowRankReduction {
  private var type: DType { x.dtype ?? .float32 }
  private var width: Int { a.shape[2] }

  /// The input of one pair. [tokens, width]
  private func dropped(_ pair: Int) throws -> Tensor {
    try dropout.map { try DeviceOperations.dropped(x, $0, use: pair) } ?? x
  }

  /// ``forward()`` on a device. → [tokens, pairs · rank], float32
  func deviceForward() throws -> Tensor {
    let factors = try a.converted(to: type)  // [pairs, rank, width]
    guard dropout != nil else {
      return try x.productInFloat32(factors.reshaped([-1, width]).transposed(0, 1))
    }
    let parts = try (0..<a.shape[0]).map { pair in
      try dropped(pair).productInFloat32(factors.selected(0, pair).transposed(0, 1))  // [tokens, rank]
    }
    return try Tensor.concatenated(parts, axis: 1)
  }

  /// ``backward(_:flow:addingTo:)`` on a device.
  func deviceBackward(_ gradient: Tensor, flow: Tensor?, addingTo input: Tensor?) throws -> Tensor {
    let (pairs, rank) = (a.shape[0], a.shape[1])
    let factors = try a.converted(to: type)
    let own = try gradient.converted(to: type)
    let through = try flow?.converted(to: type) ?? own
    guard dropout != nil else {
      try input?.addProductInPlace(through, factors.reshaped([-1, width]))
      return try own.transposed(0, 1).productInFloat32(x).reshaped(a.shape)
    }
    return try Tensor.stacked(
      (0..<pairs).map { pair in
        if let input, let dropout {
          let part = try through.narrowed(1, from: pair * rank, count: rank).matmul(factors.selected(0, pair))
          try input.addInPlace(DeviceOperations.dropped(part, dropout, use: pair))  // [tokens, width]
        }
        return try own.narrowed(1, from: pair * rank, count: rank).transposed(0, 1).productInFloat32(dropped(pair))
      })
  }
}
