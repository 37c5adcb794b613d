/// Sets of rows that are joined two at a time. A set is named by its first row.
package struct Clusters {
  private var parents: [Int]

  package init(rows: Int) { parents = Array(0..<rows) }

  /// The first row of a row's set.
  package mutating func first(_ row: Int) -> Int {
    var row = row
    while parents[row] != row {
      // Each look halves the way to the first row.
      parents[row] = parents[parents[row]]
      row = parents[row]
    }
    return row
  }

  /// Makes one set of two rows' sets.
  package mutating func join(_ one: Int, _ other: Int) {
    let (one, other) = (first(one), first(other))
    parents[max(one, other)] = min(one, other)
  }
}
