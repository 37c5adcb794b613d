public import ArgumentParser
import Files
import Foundation
import Registry
public import Streams

/// Which columns of a file of rows stand for ours.
struct ColumnOption: ParsableArguments {
  @Option(
    help:
      "Which columns of the file are meant, as text=body,label=category, or as a JSON object; may be repeated. Default: columns have the names of the form."
  )
  var columns: [String] = []

  func names() throws -> ColumnNames { try ColumnNames(parsing: columns) }

  /// What is asked comes from one place, and a text by itself has no columns.
  ///
  /// - Parameter registry: Where a task may be that was named where the file belongs; `nil`: none is named.
  func requireAlone(file: String?, text: String?, askedOf registry: RegistryOptions? = nil) throws {
    guard text != nil else { return }
    if let file {
      let opened = FileManager.default.fileExists(atPath: absolute(file)) ? nil : try? registry?.open()
      let hint = opened?.hint(onTask: file, arguments: " --text …") ?? ""
      throw ValidationError("Give a file or --text, not both.\(hint)")
    }
    guard columns.isEmpty else {
      throw ValidationError("--columns is for a file or standard input: --text has no columns. Leave it out.")
    }
  }
}

extension Registry {
  /// What is said where a task was named in the place of a file; `nil`: there is no such task.
  ///
  /// - Parameter name: What was named.
  /// - Parameter arguments: What stands behind the task.
  func hint(onTask name: String, arguments: String) -> String? {
    guard (try? version(VersionReference(parsing: name))) != nil else { return nil }
    return " \(name.printable) is a task: --task \(shellWords([name]).printable)\(arguments)"
  }
}

/// How the rows of a task are read.
struct RowOptions: ParsableArguments {
  @OptionGroup var columns: ColumnOption

  @Option(
    help:
      "text-label, text-labels (several a row), prompt-answer, prompt-completion, or a conversation's: messages, prompt-messages, sharegpt, alpaca. Default: as the first row shows."
  )
  var form: RowForm?

  @Option(
    help:
      "The labels in their order, as a,b,c (or a JSON array, where a label has a comma). Default: those of the rows, sorted."
  )
  var labels: String?

  @Option(
    help:
      "Prompts with at most so many distinct answers are a task of labels; 0: answers are always written. Default: 20.")
  var labelLimit: Int?

  @Flag(
    help:
      "Leave out rows that cannot be read, such as those with a blank cell, and say how many. Default: refuse the file."
  )
  var skipUnreadable = false

  func reader() throws -> RowReader {
    if let labelLimit, labelLimit < 0 { throw Self.wrong("--label-limit", "\(labelLimit)", "0 or more") }
    return try RowReader(
      columns: columns.names(), form: form, labels: labels.map(Self.list),
      labelLimit: labelLimit ?? RowReader.mostAnswers, skipsUnreadable: skipUnreadable)
  }

  private static func list(_ text: String) throws -> [String] {
    let names = try written(text).map(\.stripped)
    guard !names.contains(where: \.isEmpty) else {
      throw wrong("--labels", text, "no blank label", fix: "Remove a comma, or write the labels as a JSON array.")
    }
    guard names.count > 1 else { throw wrong("--labels", text, "at least two labels") }
    var known: Set<ExactText> = []
    if let twice = names.first(where: { !known.insert(ExactText($0)).inserted }) {
      throw wrong(
        "--labels", text, "every label once; white space around one is not part of it",
        fix: "\(twice.debugDescription) stands there more than once.")
    }
    return names
  }

  private static func written(_ text: String) throws -> [String] {
    guard text.hasPrefix("[") else {
      return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    do {
      return try JSONFile.decode([String].self, from: Data(text.utf8), path: "--labels")
    } catch FileError.malformedJSON(_, let reason) {
      throw wrong(
        "--labels", "\(text.printable): \(reason)", "a JSON array of texts",
        fix: "Write --labels '[\"a, b\", \"c\"]', for example.")
    }
  }

  private static func wrong(
    _ option: String, _ got: String, _ allowed: String, fix: String = "See `accrete learn --help`."
  ) -> StreamError {
    .option(.init(file: option, expected: allowed, got: got, fix: fix))
  }
}

extension RowForm: ExpressibleByArgument {}
