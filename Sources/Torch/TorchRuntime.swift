import CTorch
public import Foundation

/// The libtorch of this process. It is loaded when the first tensor, or anything here but ``problem`` and
/// ``keepFreedMemory()``, needs it.
public enum TorchRuntime {
  /// Why libtorch cannot be loaded; `nil` if it is there, or was not needed yet.
  public static var problem: String? { accrete_libtorch_problem().map { String(cString: $0) } }

  /// What to do about ``problem``; `nil` where there is none.
  public static var fix: String? { accrete_libtorch_fix().map { String(cString: $0) } }

  /// Version of the loaded libtorch, as `2.13.0`.
  public static var version: String { text(libtorch.aoti_torch_abi_version()) }

  /// Version of the libtorch that this package's library (``library``) was built for, as `2.13.0`. It is of the same minor version as
  /// ``version``: another library is not loaded.
  public static var bridgeVersion: String { text(libtorch.accrete_bridge_version()) }

  private static func text(_ packed: UInt64) -> String {
    "\(packed >> 56).\((packed >> 48) & 0xFF).\((packed >> 40) & 0xFF)"
  }

  /// The file of the library that the process reaches libtorch by, which is part of this package; `nil` where none is loaded.
  public static var library: URL? {
    accrete_libtorch_library().map { URL(fileURLWithPath: String(cString: $0)) }
  }

  /// Threads inside an operation that this thread begins. Results depend on it in the last bits, so a run records it.
  public static var threads: Int { Int(libtorch.accrete_get_threads()) }

  /// Runs something on one thread: libtorch adds some sums up in an order that depends on how many there are.
  ///
  /// - Throws: What `body` throws.
  public static func onOneThread<Result>(_ body: () throws -> Result) throws -> Result {
    let before = threads
    guard before != 1 else { return try body() }
    try setThreads(1)
    defer { try? setThreads(before) }
    return try body()
  }

  /// Sets them for this thread, and for those that have not asked for theirs yet.
  /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)`` for less than one, and for more than the OpenMP runtime gives:
  ///   libtorch operations that get fewer threads than they planned with leave parts of their results unwritten.
  public static func setThreads(_ count: Int) throws {
    guard (1...1024).contains(count) else {
      throw TorchError.invalidHyperparameter(name: "threads", value: "\(count)", allowed: "1 to 1024")
    }
    // A thread that is asked for the first time takes the number that was set last, by whichever thread: before this one.
    _ = threads
    try Operation.check("set_num_threads", [], libtorch.accrete_set_threads(Int32(count)))
    let granted = Int(accrete_granted_threads(Int32(count)))
    guard granted >= count else {
      throw TorchError.invalidHyperparameter(
        name: "threads", value: "\(count)",
        allowed: "at most \(granted), as the OpenMP runtime gives no more (OMP_THREAD_LIMIT)")
    }
  }

  /// For programs that mainly compute tensors. Freed memory stays with the process, so the next tensor needs no new pages. Tensors of 32
  /// KiB to 32 MiB get a memory region of their own: what a step frees is one piece, and memory does not grow from step to step. Call it
  /// once, before the first tensor; a library should leave it to its program.
  public static func keepFreedMemory() { accrete_keep_freed_memory() }

  /// Whether the loaded libtorch has CUDA and a device for it.
  public static var hasCUDA: Bool { libtorch.accrete_has_cuda() }

  /// Whether the loaded libtorch is built for CUDA, with or without a device.
  public static var isCUDABuild: Bool { ["USE_CUDA=1", "USE_CUDA=ON"].contains(where: buildDescription.contains) }

  /// What libtorch says about its build: compiler, BLAS, instruction set.
  public static var buildDescription: String { libtorch.accrete_build_description().map { String(cString: $0) } ?? "" }
}
