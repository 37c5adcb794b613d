import Comparing
import Records

/// docs/options.md: every option of the commands that a table of settings describes.
enum OptionsPage {
  static var text: String {
    """
    # Options

    Written by `accrete options > docs/options.md` from the tables that the flags, the keys of files and the messages are made from; a test compares.
    A flag is its name with two dashes before it; in a file (`--config`, [laboratory.md](laboratory.md)) the name is a key.

    ## train

    Of `compare`, too, for all of its cells, but for `method`, `order` and `seed`; and of `doctor`, which checks them.

    \(table(RunConfiguration.settings))
    ## compare

    \(table(ComparisonOptions.settings))
    ## pretrain

    Keys of its file; `seed`, `tokens`, `learning-rate` and `threads` are flags, too, and `--set KEY=VALUE` sets any. [pretraining.md](pretraining.md) has a complete file.

    \(table(PretrainingConfiguration.settings).dropLast())
    """
  }

  /// A line of the page.
  struct Row: Encodable {
    let names: [String]
    let value: String
    let initial: String
    let what: String
  }

  /// The lines of each command.
  static var rows: [String: [Row]] {
    [
      "train": rows(RunConfiguration.settings), "compare": rows(ComparisonOptions.settings),
      "pretrain": rows(PretrainingConfiguration.settings),
    ]
  }

  private static func rows<Root>(_ settings: [Setting<Root>]) -> [Row] {
    settings.filter { $0.earlier == nil }
      .map { Row(names: $0.keys, value: $0.form, initial: $0.initial, what: $0.text) }
  }

  /// A table with a line for each setting but the names of earlier versions.
  static func table<Root>(_ settings: [Setting<Root>]) -> String {
    let lines = rows(settings).map { row in
      [row.names.map { "`\($0)`" }.joined(separator: ", "), row.value, row.initial, row.what]
    }
    return ([["option", "value", "default", "what"], Array(repeating: "---", count: 4)] + lines).map { cells in
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }.joined()
  }
}
