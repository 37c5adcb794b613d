import Files
import Markup

/// Versions of a task, each below the one that it began from, as a drawing.
///
/// It is laid out in columns: a version goes into its parent's column if it is the first to follow it, and into a new one if not.
struct LineageGraph {
  struct Node: Equatable {
    let version: Int
    /// `nil`: it began from the base.
    let parent: Int?
    /// What stands beside its number.
    let note: String
    /// Whether requests reach it now.
    let isServed: Bool
  }

  private static let (columnWidth, rowHeight, boxWidth, boxHeight) = (150.0, 58.0, 128.0, 40.0)
  /// A drawing with more is no longer looked at; the table has all of them.
  static let most = 40

  let task: String
  /// In ascending order of their numbers.
  private let nodes: [(node: Node, column: Int, row: Int)]

  init(task: String, _ nodes: [Node]) {
    self.task = task
    var (columns, taken, next): ([Int: Int], Set<Int>, Int) = ([:], [], 0)
    self.nodes = nodes.sorted { $0.version < $1.version }.suffix(Self.most).enumerated().map { row, node in
      // The first that follows a version goes on below it.
      if let parent = node.parent, let column = columns[parent], taken.insert(parent).inserted {
        columns[node.version] = column
      } else {
        columns[node.version] = next
        next += 1
      }
      return (node, columns[node.version] ?? 0, row)
    }
  }

  var html: HTML {
    let columns = (nodes.map(\.column).max() ?? 0) + 1
    let (width, height) = (Double(columns) * Self.columnWidth, Double(nodes.count) * Self.rowHeight)
    let parts = edges + nodes.flatMap { box($0.node, x: Double($0.column), y: Double($0.row)) }
    let drawing = HTML(
      "svg",
      [
        "class": "drawing", "viewBox": "0 0 \(Format.coordinate(width)) \(Format.coordinate(height))",
        "width": Format.coordinate(width), "height": Format.coordinate(height), "role": "img",
        "aria-label": "Which version of \(task.printable) began from which: \(inWords)",
      ], parts)
    return HTML(
      "div", ["class": "graph", "role": "region", "tabindex": "0", "aria-label": "Lineage of versions"], drawing)
  }

  /// The same for whoever cannot see it.
  private var inWords: String {
    nodes.map { entry in
      entry.node.parent.map { "\(entry.node.version) from \($0)" } ?? "\(entry.node.version) from the base"
    }.joined(separator: ", ")
  }

  private var edges: [HTML] {
    nodes.compactMap { entry in
      guard let parent = entry.node.parent, let from = nodes.first(where: { $0.node.version == parent }) else {
        return nil
      }
      let (x0, y0) = center(from.column, from.row)
      let (x1, y1) = center(entry.column, entry.row)
      // Nothing else is in the parent's row, nor above the child in its column: no line goes through a box.
      let start =
        from.column == entry.column
        ? "M\(Format.coordinate(x0)),\(Format.coordinate(y0 + Self.boxHeight / 2))"
        : "M\(Format.coordinate(x0 + Self.boxWidth / 2)),\(Format.coordinate(y0))H\(Format.coordinate(x1))"
      return HTML("path", ["class": "axis", "d": start + "V\(Format.coordinate(y1 - Self.boxHeight / 2))"])
    }
  }

  private func center(_ column: Int, _ row: Int) -> (Double, Double) {
    (
      Double(column) * Self.columnWidth + 4 + Self.boxWidth / 2, Double(row) * Self.rowHeight + 4 + Self.boxHeight / 2
    )
  }

  private func box(_ node: Node, x column: Double, y row: Double) -> [HTML] {
    let (x, y) = (column * Self.columnWidth + 4, row * Self.rowHeight + 4)
    return [
      HTML(
        "rect",
        [
          "class": node.isServed ? "node now" : "node", "x": Format.coordinate(x), "y": Format.coordinate(y),
          "width": Format.coordinate(Self.boxWidth), "height": Format.coordinate(Self.boxHeight), "rx": "7",
        ]),
      HTML(
        "text", ["class": "node-name", "x": Format.coordinate(x + 10), "y": Format.coordinate(y + 17)],
        .text("@\(node.version)" + (node.isServed ? " – served" : ""))),
      HTML(
        "text", ["x": Format.coordinate(x + 10), "y": Format.coordinate(y + 32)], .text(Self.short(node.note).printable)
      ),
    ]
  }

  /// What fits into a box.
  private static func short(_ text: String) -> String { text.count > 18 ? text.prefix(17) + "…" : text }
}
