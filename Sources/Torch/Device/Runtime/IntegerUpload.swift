/// Integers that a pass needs on its device, gathered on the host so that one copy brings all.
public struct IntegerUpload {
  /// Where some of them are.
  public struct Part: Sendable {
    fileprivate let range: Range<Int>
  }

  /// All of them on the device.
  public struct Sent: Sendable {
    fileprivate let all: Tensor

    /// A view. int64 [count]
    public func callAsFunction(_ part: Part) throws -> Tensor {
      try all.narrowed(0, from: part.range.lowerBound, count: part.range.count)
    }
  }

  private var numbers: [Int] = []

  public init() {}

  public mutating func add(_ values: [Int]) -> Part {
    let start = numbers.count
    numbers += values
    return Part(range: start..<numbers.count)
  }

  /// From pinned memory, so that a GPU takes them while it computes.
  public func sent(to device: Device) throws -> Sent {
    guard device.kind == .cuda else { return Sent(all: try Tensor(numbers, on: device)) }
    HostTraffic.write()
    let host = try Operation.call("aten::pin_memory", [.tensor(Tensor(numbers)), .noDevice])
    let copy = try Tensor(uninitialized: [numbers.count], .int64, on: device)
    try Operation.call("aten::copy_", results: 1, [.tensor(copy), .tensor(host), .bool(true)])
    return Sent(all: copy)
  }
}
