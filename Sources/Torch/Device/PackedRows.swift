/// Sequences among packed tokens, as attention of a device is told: row r is the tokens ends[r − 1] ..< ends[r].
struct PackedRows {
  /// On the host. Rows may be empty.
  let lengths: [Int]
  /// 0, then where each row ends. int32 [rows + 1], on the device
  let cumulative: Tensor
  var longest: Int { lengths.max() ?? 0 }
  var tokens: Int { lengths.reduce(0, +) }
  var starts: [Int] { lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) } }

  /// - Parameters:
  ///   - lengths: Of each row.
  ///   - cumulative: The same as ends, where the device has it; `nil`: it is sent.
  ///   - device: Where attention is computed.
  init(lengths: [Int], cumulative: Tensor? = nil, on device: Device) throws {
    self.lengths = lengths
    self.cumulative =
      try cumulative
      ?? Tensor(int32: lengths.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1)) }, on: device)
  }
}
