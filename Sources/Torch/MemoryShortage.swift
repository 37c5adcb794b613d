/// What is known of memory that was not there. Amounts are text, as `1.50 GiB` or `4096 bytes`.
public struct MemoryShortage: Sendable, Equatable {
  /// `nil`: libtorch did not say.
  public let asked: String?
  /// On the device.
  public let free: String?
  /// What this process has of the device's memory, libtorch's cache included.
  public let held: String?
  /// `nil`: the memory of the machine.
  public let device: String?

  package init(asked: String?, free: String? = nil, held: String? = nil, device: String? = nil) {
    (self.asked, self.free, self.held, self.device) = (asked, free, held, device)
  }

  /// - Parameter call: An operation with its arguments.
  func text(of call: String) -> String {
    let place = device.map { " on \($0)" } ?? ""
    let wanted = asked.map { "asked for \($0)" } ?? "found no room"
    let facts = [free.map { "\($0) is free" }, held.map { "this process holds \($0)" }].compactMap(\.self)
    return "out of memory\(place): " + (["\(call) \(wanted)"] + facts).joined(separator: ", ")
  }
}
