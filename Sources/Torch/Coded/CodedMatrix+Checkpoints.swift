import CTorch

extension CodedMatrix {
  /// Groups of 4-bit codes in a checkpoint.
  public enum Grouping: Sendable {
    /// So many neighbouring inputs each.
    case neighbours(Int)
    /// A group for each input. int32 [in]
    case each(Tensor)
  }

  /// A matrix as GPTQ's checkpoints have it: eight inputs in a word, the first one in its lowest bits.
  ///
  /// - Parameters:
  ///   - words: `qweight`, int32 [in / 8, out].
  ///   - zeros: `qzeros`, int32 [groups, out / 8], eight outputs in a word.
  ///   - scales: [groups, out].
  ///   - grouping: Every number in `each` is below the number of groups.
  ///   - zerosAreLessOne: Whether 1 is to be added to the zeros, as in the first version of the format; 15 then stands for 0.
  /// - Throws: ``TorchError``.
  public init(
    gptq words: Tensor, zeros: Tensor, scales: Tensor, grouping: Grouping, zerosAreLessOne: Bool
  ) throws {
    let (inputs, outputs) = (words.shape[0] * 8, words.shape[1])
    // The words of an output are its codes: four bytes of two inputs each.
    let turned = try words.transposed(0, 1).contiguous()  // [out, in / 8]
    let codes = try Tensor(uninitialized: [outputs, inputs / 2], .uint8)
    try turned.withBytes { source in try codes.withMutableBytes { $0.copyMemory(from: source) } }
    let order = Array(0..<8)
    try self.init(
      checked: codes, [outputs, inputs], zeros: Self.unpacked(zeros, order, adding: zerosAreLessOne ? 1 : 0), scales,
      grouping)
  }

  /// A matrix as AWQ's checkpoints have it (version gemm): eight outputs in a word, those of even place first.
  ///
  /// - Parameters:
  ///   - words: `qweight`, int32 [in, out / 8].
  ///   - zeros: `qzeros`, int32 [groups, out / 8].
  ///   - scales: [groups, out].
  ///   - groupSize: Neighbouring inputs with one scale.
  /// - Throws: ``TorchError``.
  public init(awq words: Tensor, zeros: Tensor, scales: Tensor, groupSize: Int) throws {
    let (inputs, outputs) = (words.shape[0], words.shape[1] * 8)
    let words = try words.contiguous()
    let codes = try Tensor(uninitialized: [outputs, (inputs + 1) / 2], .uint8)
    accrete_awq_codes(
      Int64(inputs), Int64(outputs), try words.memory(.int32).assumingMemoryBound(to: Int32.self),
      try codes.byteMemory(), libtorch.accrete_get_threads())
    withExtendedLifetime(words) {}
    try self.init(
      checked: codes, [outputs, inputs], zeros: Self.unpacked(zeros, [0, 2, 4, 6, 1, 3, 5, 7], adding: 0), scales,
      .neighbours(groupSize))
  }

  /// - Throws: ``TorchError`` where a group has no scale: kernels read memory by these numbers.
  private init(
    checked codes: Tensor, _ shape: [Int], zeros: Tensor, _ scales: Tensor, _ grouping: Grouping
  ) throws {
    let scales = try scales.converted(to: .float32).transposed(0, 1).contiguous()  // [out, groups]
    let count = scales.shape[1]
    var (size, groups) = (max(shape[1], 1), Tensor?.none)
    switch grouping {
    case .neighbours(let neighbours):
      size = max(neighbours, 1)
      guard (shape[1] + size - 1) / size <= count else {
        throw TorchError.shapeMismatch(
          what: "scales of groups of \(size)", expected: [(shape[1] + size - 1) / size, shape[0]],
          got: [count, shape[0]])
      }
    case .each(let numbers):
      let list = try numbers.converted(to: .int64).integers()
      guard list.allSatisfy({ (0..<count).contains($0) }) else {
        throw TorchError.invalidHyperparameter(
          name: "g_idx", value: "\(list.min() ?? 0) to \(list.max() ?? 0)", allowed: "0 to \(count - 1)")
      }
      // Written out although they are neighbours, as checkpoints without `desc_act` have them: read faster by their size.
      let regular = max(1, (shape[1] + max(count, 1) - 1) / max(count, 1))
      if list.enumerated().allSatisfy({ $0.element == $0.offset / regular }) {
        size = regular
      } else {
        groups = try numbers.converted(to: .int32).contiguous()
      }
    }
    try self.init(.int4, shape: shape, codes: codes, scales: scales, zeros: zeros, groups: groups, groupSize: size)
  }

  /// Words of eight 4-bit zeros as numbers. int32 [groups, out / 8] → float32 [out, groups]
  ///
  /// - Parameter order: Which of eight neighbouring outputs stands at each place, the lowest bits first.
  private static func unpacked(_ words: Tensor, _ order: [Int], adding one: UInt32) throws -> Tensor {
    let (groups, columns) = (words.shape[0], words.shape[1])
    var numbers = [Float](repeating: 0, count: groups * columns * 8)
    try words.contiguous().withBytes { bytes in
      let words = bytes.bindMemory(to: UInt32.self)
      for group in 0..<groups {
        for column in 0..<columns {
          let word = words[group * columns + column]
          for (place, output) in order.enumerated() {
            let zero = ((word >> UInt32(4 * place)) & 15 + one) & 15
            numbers[(column * 8 + output) * groups + group] = Float(zero)
          }
        }
      }
    }
    return try Tensor(numbers, shape: [columns * 8, groups])
  }
}
