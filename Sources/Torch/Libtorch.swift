import CTorch

/// The functions of libtorch, and ours that need it. The first use loads it.
var libtorch: AccreteLibtorch { accrete_libtorch().pointee }

extension TorchError {
  /// Why the last call failed that gave no result, in the words of libtorch; or that there is no libtorch.
  ///
  /// - Parameters:
  ///   - operation: What was called.
  ///   - arguments: What it was given, as types and shapes.
  ///   - device: Where that is.
  static func ofLastCall(_ operation: String, _ arguments: String, on device: Device = .cpu) -> TorchError {
    if let problem = TorchRuntime.problem {
      return .noLibtorch(reason: problem, fix: TorchRuntime.fix ?? "")
    }
    let reason = libtorch.accrete_last_error().map { String(cString: $0) } ?? ""
    let hadNoRoom = MemoryFailures.hasGrown(on: device)
    if case .outOfMemory(_, _, let shortage) = outOfMemory(reason, operation, arguments, on: device) {
      return .outOfMemory(operation: operation, arguments: arguments, shortage.completed(on: device))
    }
    if hadNoRoom, reason.isEmpty {
      return .outOfMemory(operation: operation, arguments: arguments, MemoryShortage(on: device))
    }
    let firstLine = reason.split(separator: "\n").first.map(String.init)
    return .operationFailed(
      operation: operation, arguments: arguments,
      reason: firstLine ?? "see the message of libtorch on standard error")
  }
}
