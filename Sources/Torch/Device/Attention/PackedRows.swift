/// Rows of packed tokens, as attention of a device is told.
///
/// Usually row r is the tokens ends[r − 1] ..< ends[r]. Rows of a cache (``used`` is there) begin anywhere.
struct PackedRows {
  /// On the host. Rows may be empty.
  let lengths: [Int]
  /// Where each row begins, on the host.
  let starts: [Int]
  /// Where each row begins, then a number behind all: without `used` rows also end there. int32 [rows + 1], on the device
  let cumulative: Tensor
  /// `lengths`, where rows do not end at the next one's start; `nil`: they do. int32 [rows], on the device
  let used: Tensor?
  let longest: Int
  var tokens: Int { lengths.reduce(0, +) }

  /// - Parameters:
  ///   - lengths: Of each row.
  ///   - cumulative: The same as ends, where the device has it; `nil`: it is sent.
  ///   - device: Where attention is computed.
  init(lengths: [Int], cumulative: Tensor? = nil, on device: Device) throws {
    self.lengths = lengths
    longest = lengths.max() ?? 0
    let ends = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    starts = Array(ends.dropLast())
    self.cumulative = try cumulative ?? Tensor(int32: ends.map { Int32($0) }, on: device)
    used = nil
  }

  /// Rows of a cache: the first `lengths[r]` places from `starts[r]` on.
  ///
  /// - Parameter cumulative: The starts, then the end of all places. int32 [rows + 1], on the device
  /// - Parameter used: The lengths. int32 [rows], on the device
  init(starts: [Int], lengths: [Int], cumulative: Tensor, used: Tensor) {
    (self.starts, self.lengths, self.cumulative, self.used) = (starts, lengths, cumulative, used)
    longest = lengths.max() ?? 0
  }
}
