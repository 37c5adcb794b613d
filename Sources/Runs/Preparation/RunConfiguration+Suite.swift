import Files
import Foundation
public import Records
public import Streams

extension RunConfiguration.Source {
  /// The suites that are known by name.
  public static let suites = ["mtl5", "trace", "compliance-en", "compliance-zh", "files"]

  /// The suite that this source names.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)` for an unknown name or a missing folder;
  ///   `StreamError`.
  public func taskSuite() throws -> any TaskSuite {
    switch suite {
    case "mtl5": return MTL5Suite(directory: try folder(with: "agnews, amazon, dbpedia and yahoo"))
    case "trace": return TraceSuite(directory: try folder(with: "the eight tasks of TRACE"))
    case "compliance-en":
      return ComplianceSuite(.english, directory: try folder(with: "tweet_abuse, sms_spam and headline_clickbait"))
    case "compliance-zh":
      return ComplianceSuite(.chinese, directory: try folder(with: "race, region and gender"))
    case "files":
      guard !files.isEmpty else {
        throw RunError.invalidConfiguration(key: "tasks", got: "none", allowed: "at least one file of rows, or a suite")
      }
      return try FileSuite(
        files: files.map { URL(fileURLWithPath: $0) },
        reader: RowReader(columns: columns.map(ColumnNames.init(parsing:)) ?? ColumnNames(), form: form))
    default:
      throw RunError.invalidConfiguration(
        key: "suite", got: suite, allowed: Self.suites.listed(closestTo: suite))
    }
  }

  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)` for names of columns, or a form, beside a suite, whose files have their own.
  func requireOwnRows() throws {
    for (key, isSet) in [("columns", columns != nil), ("form", form != nil)] where isSet && suite != "files" {
      throw RunError.invalidConfiguration(
        key: key, got: "given together with suite \(suite)", allowed: "your own tasks; a suite has its own files")
    }
  }

  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)` for an unknown measure, or one beside a suite, which names
  ///   the measures of its tasks.
  func requireKnownScorer() throws {
    guard let scorer else { return }
    guard suite == "files" else {
      throw RunError.invalidConfiguration(
        key: "scorer", got: "given together with suite \(suite)",
        allowed: "your own tasks; a suite has its own measures")
    }
    guard ScorerCatalog.names.contains(scorer) else {
      throw RunError.invalidConfiguration(
        key: "scorer", got: scorer, allowed: ScorerCatalog.names.listed)
    }
  }

  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)` if a measure suits no task: it would do nothing.
  func requireScorerTaken(by tasks: [PreparedTask]) throws {
    guard let scorer, !tasks.contains(where: { $0.key.clean.name == scorer }) else { return }
    let kinds = Set(tasks.map(\.task.kind)).map(\.rawValue).sorted().joined(separator: " and ")
    throw RunError.invalidConfiguration(
      key: "scorer", got: "\(scorer), which suits no task of these (\(kinds))",
      allowed: "macro-f1 for labels, accuracy, or a measure of texts for free answers")
  }

  /// The folder of a suite's data.
  private func folder(with content: String) throws -> URL {
    guard let data else {
      throw RunError.invalidConfiguration(key: "data", got: "missing", allowed: "the folder with \(content)")
    }
    return URL(fileURLWithPath: data)
  }
}
