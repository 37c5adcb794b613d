/// Which slot of a ``LowRankTable`` each row of a pass uses.
public struct SlotRows {
  /// Up to so many rows for each slot go through the kernels for few rows; the others are sorted, and multiplied group by group.
  static let fewRows = 8

  /// −1: none.
  public let numbers: [Int]
  /// The slots that are used, each once, ascending.
  public let used: [Int]
  /// int32 [rows]
  let slots: Tensor
  /// Rows with a slot, sorted by it; `nil`: all rows as they are. int64 [count]
  let order: Tensor?
  /// The slots of these. int64 [count]
  let sorted: Tensor
  /// Behind the last of each slot, in `order`. int32 [highest slot + 1]
  let ends: Tensor
  let isFew: Bool

  /// Slots that the rows may name.
  var groups: Int { (used.last ?? -1) + 1 }

  /// Rows beside each other that use the same slot.
  var runs: [(slot: Int, rows: Range<Int>)] {
    var runs: [(slot: Int, rows: Range<Int>)] = []
    for (row, slot) in numbers.enumerated() where slot >= 0 {
      if let last = runs.last, last.slot == slot, last.rows.upperBound == row {
        runs[runs.count - 1].rows = last.rows.lowerBound..<row + 1
      } else {
        runs.append((slot, row..<row + 1))
      }
    }
    return runs
  }

  /// - Parameters:
  ///   - numbers: Of each row; −1: none.
  ///   - device: Where the rows are.
  public init(_ numbers: [Int], on device: Device) throws {
    self.numbers = numbers
    var rows: [Int: [Int]] = [:]
    for (row, slot) in numbers.enumerated() where slot >= 0 { rows[slot, default: []].append(row) }
    used = rows.keys.sorted()
    let order = used.flatMap { rows[$0] ?? [] }
    var ends = [Int]()
    for slot in 0..<((used.last ?? -1) + 1) { ends.append((ends.last ?? 0) + (rows[slot]?.count ?? 0)) }
    isFew = order.count <= Self.fewRows * used.count
    let isSorted = order == Array(numbers.indices)
    var upload = IntegerUpload()
    let parts = (
      slots: upload.add(numbers), order: upload.add(isSorted ? [] : order),
      sorted: upload.add(order.map { numbers[$0] }), ends: upload.add(ends)
    )
    let sent = try upload.sent(to: device)
    slots = try sent(parts.slots).converted(to: .int32)
    self.order = try isSorted ? nil : sent(parts.order)
    sorted = try sent(parts.sorted)
    self.ends = try sent(parts.ends).converted(to: .int32)
  }
}
