import CTorch

/// The instruction sets that the kernels of `CTorch` are compiled for, from the smallest to the largest.
///
/// With ``avx2`` and ``avx512`` every kernel gives the same bits, but for products of rounded rows where ``hasHalfProducts``. With ``plain`` only kernels that do not add products do
/// (`docs/protocol.md`, "Processors"). libtorch's own operators promise nothing of the kind.
public enum InstructionSet: String, Sendable, CaseIterable {
  case plain, avx2, avx512

  private var number: Int32 {
    switch self {
    case .plain: Int32(accrete_plain.rawValue)
    case .avx2: Int32(accrete_avx2.rawValue)
    case .avx512: Int32(accrete_avx512.rawValue)
    }
  }

  /// Those that this processor has.
  public static var available: [InstructionSet] {
    allCases.filter { $0.number <= Int32(accrete_best_instruction_set().rawValue) }
  }

  /// The one in use: the largest that is there, or the one that the environment variable `ACCRETE_ISA` names.
  public static var current: InstructionSet {
    let number = Int32(accrete_instruction_set().rawValue)
    return allCases.first { $0.number == number } ?? .plain
  }

  /// Whether the processor multiplies bfloat16 (AVX512_BF16, AMX, Arm's BF16), and ``current`` does not leave that out.
  public static var hasHalfProducts: Bool { accrete_has_half_products() != 0 }

  /// What is wrong with `ACCRETE_ISA`, and the fix; `nil` if nothing is.
  public static var problem: String? { accrete_instruction_set_problem().map { String(cString: $0) } }

  /// Runs `body` with this set's kernels, for comparing sets in one process.
  ///
  /// - Parameter body: What runs; on this thread, with the threads that its kernels begin.
  func use<Result>(_ body: () throws -> Result) rethrows -> Result {
    accrete_use_instruction_set(number)
    defer { accrete_use_instruction_set(-1) }
    return try body()
  }
}
