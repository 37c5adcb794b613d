/// Rows by their keys in one band: sorted, so that it takes two numbers a row and no table.
struct Buckets: Sendable {
  private let keys: [UInt64]
  private let rows: [Int]

  init(_ pairs: [(key: UInt64, row: Int)]) {
    let sorted = pairs.sorted { ($0.key, $0.row) < ($1.key, $1.row) }
    (keys, rows) = (sorted.map(\.key), sorted.map(\.row))
  }

  /// The rows that have a key with at least one other, ascending, key by key.
  var shared: [ArraySlice<Int>] {
    var (found, start): ([ArraySlice<Int>], Int) = ([], 0)
    for end in rows.indices where end + 1 == rows.count || keys[end + 1] != keys[start] {
      if end > start { found.append(rows[start...end]) }
      start = end + 1
    }
    return found
  }

  /// The first rows with a key, ascending.
  func rows(of key: UInt64, atMost most: Int) -> ArraySlice<Int> {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = low + (high - low) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < keys.count, end - low < most, keys[end] == key { end += 1 }
    return rows[low..<end]
  }
}
