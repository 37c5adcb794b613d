public import Files
public import Foundation

/// What is wrong with the data of a stream, by family; every one says where, and what to do.
public enum StreamError: AccreteError, Sendable, Equatable {
  /// A file that is missing, unreadable or too large.
  case file(Detail)
  /// Bytes that are not UTF-8 text, or a line that is too long.
  case text(Detail)
  /// Text that is not JSON, or JSON of another shape, or nested too deeply.
  case json(Detail)
  /// A field that is missing, of another type, blank, or that does not go with the others.
  case field(Detail)
  /// A label that is unknown, doubled or without training rows; too few labels.
  case label(Detail)
  /// A split or a selection that has no rows.
  case split(Detail)
  /// A row's id or a task's name that is doubled, or a name that cannot be a folder's.
  case identity(Detail)
  /// An order that the suite does not have.
  case order(Detail)
  /// A prompt that cannot be made of a row.
  case prompt(Detail)
  /// An option that says how rows are read, and that cannot be meant for them.
  case option(Detail)

  /// Where it is, what it is, and what to do about it.
  public struct Detail: Sendable, Equatable {
    /// The file as it was given, or the task's name when no single file is to blame.
    public let file: String
    /// The line in the file, counted from 1.
    public let line: Int?
    /// The row of a JSON array, counted from 0; `nil` where the line says it all.
    public let row: Int?
    /// What was expected there.
    public let expected: String
    /// What was found instead.
    public let got: String
    /// What the user can do, as a sentence.
    public let fix: String

    /// Makes a detail.
    ///
    /// - Parameters:
    ///   - file: The file as it was given, or a task's name.
    ///   - line: The line, counted from 1.
    ///   - row: The row of a JSON array, counted from 0.
    ///   - expected: What was expected there.
    ///   - got: What was found instead.
    ///   - fix: What the user can do, as a sentence.
    public init(file: String, line: Int? = nil, row: Int? = nil, expected: String, got: String, fix: String) {
      self.file = file
      self.line = line
      self.row = row
      self.expected = expected
      self.got = got
      self.fix = fix
    }
  }

  public var category: ErrorCategory {
    switch self {
    case .option, .order: .usage
    case .file, .text, .json, .field, .label, .split, .identity, .prompt: .data
    }
  }

  /// The same error with another fix.
  func fixed(by fix: String) -> StreamError {
    let new = Detail(
      file: detail.file, line: detail.line, row: detail.row, expected: detail.expected, got: detail.got, fix: fix)
    return switch self {
    case .file: .file(new)
    case .text: .text(new)
    case .json: .json(new)
    case .field: .field(new)
    case .label: .label(new)
    case .split: .split(new)
    case .identity: .identity(new)
    case .order: .order(new)
    case .prompt: .prompt(new)
    case .option: .option(new)
    }
  }

  /// Where it is, what it is, and what to do about it.
  public var detail: Detail {
    switch self {
    case .file(let detail), .text(let detail), .json(let detail), .field(let detail), .label(let detail),
      .split(let detail), .identity(let detail), .order(let detail), .prompt(let detail), .option(let detail):
      detail
    }
  }
}

extension StreamError: LocalizedError {
  /// One line: `FILE:LINE: expected …, got …. Fix: …`.
  public var description: String {
    let location = RowLocation(file: detail.file, line: detail.line, row: detail.row).description
    return "\(location): expected \(detail.expected), got \(detail.got). Fix: \(detail.fix)".onOneLine
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
