import Files
import Markup

/// What differs between two things of a kind.
public struct PageDifference: Sendable, Equatable {
  /// What one of them is called.
  public var one: String
  /// What the other is called.
  public var other: String
  /// A field that both may have.
  public var rows: [Row]

  /// A field that both may have.
  public struct Row: Sendable, Equatable {
    /// The field.
    public var name: String
    /// What the one has; `nil`: it has none.
    public var one: String?
    /// What the other has; `nil`: it has none.
    public var other: String?

    /// A field that both may have.
    ///
    /// - Parameters:
    ///   - name: The field.
    ///   - one: What the one has; `nil`: it has none.
    ///   - other: What the other has; `nil`: it has none.
    public init(name: String, one: String? = nil, other: String? = nil) {
      self.name = name
      self.one = one
      self.other = other
    }
  }

  /// What differs between two things of a kind.
  ///
  /// - Parameters:
  ///   - one: What one of them is called.
  ///   - other: What the other is called.
  ///   - rows: A field that both may have.
  public init(one: String, other: String, rows: [Row]) {
    self.one = one
    self.other = other
    self.rows = rows
  }

  /// Both beside each other, with what differs in words.
  var html: HTML {
    let changed = rows.filter { $0.kind != "same" }
    guard !changed.isEmpty else {
      return HTML("p", [:], .quoted(one), .text(" and "), .quoted(other), .text(" are the same."))
    }
    return .table(
      "Table of differences", columns: ["What", one.printable, other.printable, "Difference"],
      rows: changed.map { row in
        [
          .quoted(row.name), row.one.map { .quoted($0) } ?? .text("–"), row.other.map { .quoted($0) } ?? .text("–"),
          .text(row.kind),
        ]
      }, isText: true)
  }
}

extension PageDifference.Row {
  fileprivate var kind: String {
    switch (one, other) {
    case (nil, nil): "same"
    case (nil, _): "added"
    case (_, nil): "removed"
    case (let one?, let other?): one.hasSameCodePoints(as: other) ? "same" : "changed"
    }
  }
}
