extension TorchError {
  /// What libtorch's messages say when there is no room; `nil` for other messages. They are
  /// `CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.6 GiB of which 1.50 GiB is free. …` and
  /// `… DefaultCPUAllocator: can't allocate memory: you tried to allocate 64 bytes. …`.
  static func outOfMemory(_ reason: String, _ operation: String, _ arguments: String) -> TorchError? {
    let asked =
      between("Tried to allocate ", ". ", in: reason) ?? between("you tried to allocate ", ".", in: reason)
    guard reason.contains("out of memory") || reason.contains("allocate memory"), let asked else { return nil }
    return .outOfMemory(
      operation: operation, arguments: arguments, asked: asked,
      free: between("of which ", " is free", in: reason))
  }

  private static func between(_ start: String, _ end: String, in text: String) -> String? {
    guard let from = text.firstRange(of: start),
      let to = text[from.upperBound...].firstRange(of: end)
    else { return nil }
    return String(text[from.upperBound..<to.lowerBound])
  }
}
