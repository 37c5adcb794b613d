public import Files

/// What is wrong with a file of items or labels, by family; every one says where, and what to do.
public enum FormatError: AccreteError, Sendable, Equatable {
  /// Bytes that are not UTF-8 text, or a file of another kind.
  case text(Detail)
  /// Text that is not JSON, or JSON of another shape, nested too deeply, or with a key twice.
  case json(Detail)
  /// A field that is missing, unknown, or of another type.
  case field(Detail)
  /// An answer that is no label, or not one alone.
  case label(Detail)
  /// A record that is larger than any that is read.
  case size(Detail)

  /// Where it is, what it is, and what to do about it.
  public struct Detail: Sendable, Equatable {
    /// Where it is.
    public let place: FormatPlace
    /// What was expected there.
    public let expected: String
    /// What was found instead.
    public let got: String
    /// What the user can do, as a sentence.
    public let fix: String

    /// Makes a detail.
    ///
    /// - Parameters:
    ///   - place: Where it is.
    ///   - expected: What was expected there.
    ///   - got: What was found instead.
    ///   - fix: What the user can do, as a sentence.
    public init(_ place: FormatPlace, expected: String, got: String, fix: String) {
      (self.place, self.expected, self.got, self.fix) = (place, expected, got, fix)
    }
  }

  /// Where it is, what it is, and what to do about it.
  public var detail: Detail {
    switch self {
    case .text(let detail), .json(let detail), .field(let detail), .label(let detail), .size(let detail): detail
    }
  }

  public var category: ErrorCategory {
    switch self {
    case .size: .tooLarge
    case .text, .json, .field, .label: .data
    }
  }

  /// One line: `FILE:LINE: expected …, got …. Fix: …`.
  public var description: String {
    "\(detail.place): expected \(detail.expected), got \(detail.got). Fix: \(detail.fix)".onOneLine
  }
}

/// Where a record of a file stands.
public struct FormatPlace: Sendable, Equatable, CustomStringConvertible {
  /// The file as it was given.
  public let file: String
  /// The line on which the record begins, counted from 1.
  public let line: Int
  /// Its number in a list, counted from 0; `nil` where every line is one.
  public let row: Int?

  /// Makes a place.
  ///
  /// - Parameters:
  ///   - file: The file as it was given.
  ///   - line: The line on which the record begins, counted from 1.
  ///   - row: Its number in a list, counted from 0; `nil` where every line is one.
  public init(file: String, line: Int, row: Int? = nil) { (self.file, self.line, self.row) = (file, line, row) }

  /// `FILE:LINE`, in a list with `(row N)`.
  public var description: String { "\(file):\(line)\(row.map { " (row \($0))" } ?? "")" }
}
