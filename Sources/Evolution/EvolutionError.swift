public import Files

/// What keeps a registry from learning, beside what the layers below say.
public enum EvolutionError: AccreteError, Equatable {
  /// Rows to learn that another task's gates rest on.
  case gateRows(task: String, count: Int, withOtherTurns: Int, version: String)
  /// Two tasks with the same rows.
  case sameRows(task: String, other: String)
  /// No rows to choose on, or none for the gates.
  case missingRows(task: String, role: String, split: String, learn: Int, fix: String)
  /// A row that cannot be scored.
  case row(file: String, line: Int?, problem: String, fix: String)
  /// A cluster of unknown items cannot become a task as it was named.
  case naming(what: String, expected: String, got: String, fix: String)
  /// A stream to simulate that cannot be played.
  case stream(file: String, key: String, expected: String, got: String, fix: String)
  /// What is asked for is not so.
  case unsupported(what: String, fix: String)

  public var category: ErrorCategory {
    switch self {
    case .unsupported: .usage
    case .gateRows, .sameRows, .missingRows, .row, .naming, .stream: .data
    }
  }

  public var description: String { text.onOneLine }

  /// How many of some rows are known only by what the user says in them.
  static func turns(_ around: Int, of count: Int) -> String {
    around == 0
      ? "" : around == count ? ", with other turns around them" : ", \(around) of them with other turns around them"
  }

  private var text: String {
    switch self {
    case .gateRows(let task, let count, let around, let version):
      "task \(task): \(count) of its learn and choose rows are gate rows of \(version)\(Self.turns(around, of: count)), whose scores would mean nothing any more."
        + " Remove them, or give them \"split\": \"test\"; a run that has learned them has to be trained again without them."
    case .sameRows(let task, let other):
      "task \(task): has the very rows and answers of \(other). --name \(other.prefix { $0 != "@" }) makes a new version of it;"
        + " if it should not be there, `accrete forget \(other.prefix { $0 != "@" })` first."
    case .missingRows(let task, let role, let split, let learn, let fix):
      "task \(task): got no \(role) rows (\(split)) beside \(learn) learn rows. \(fix)"
    case .row(let file, let line, let problem, let fix):
      "\(file)\(line.map { file == StandardInput.title ? ", line \($0)" : ":\($0)" } ?? ""): \(problem). \(fix)"
    case .naming(let what, let expected, let got, let fix):
      "\(what): expected \(expected), got \(got). \(fix)"
    case .stream(let file, let key, let expected, let got, let fix):
      "\(file): \(key): expected \(expected), got \(got). \(fix)"
    case .unsupported(let what, let fix): "\(what). \(fix)"
    }
  }
}
