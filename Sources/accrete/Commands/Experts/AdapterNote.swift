import Files
import Foundation
import Serving
import TaskModels

/// What stands in `accrete.json` beside an adapter that Accrete exported. An expert is weights: none of it is taken over.
enum AdapterNote {
  private static let file = "accrete.json"

  /// Says so, and how to give it again.
  ///
  /// - Parameter folder: The adapter's.
  /// - Parameter out: The expert's folder, as it was given.
  /// - Returns: One line; `nil`: there is no such file.
  static func text(of folder: URL, importedTo out: String) -> String? {
    guard FolderFile.exists(file, in: folder) else { return nil }
    // Of a run's task it says how the task was learned, and not how it is asked.
    let record = (try? FolderFile.url(file, in: folder)).flatMap { try? JSONFile.read(AdapterRecord.self, from: $0) }
    let words = record.map { shellWords(options($0.model.form)).printable } ?? "--instruction … --cue …"
    let command = "accrete learn FILE --start-from \(shellWords([out]).printable)\(words.isEmpty ? "" : " \(words)")"
    return
      "\(file) is not taken over, as an expert is weights alone: instruction, cue, labels and head are given again by `\(command)`,"
      + " which fits a head on FILE's rows"
  }

  /// The options of `learn` that ask as the exported version asks.
  private static func options(_ form: TaskForm) -> [String] {
    var options: [String] = []
    if !form.instruction.isEmpty { options += ["--instruction", form.instruction] }
    if !form.cue.isEmpty { options += ["--cue", form.cue] }
    let isShort = form.labels.count <= 10 && !form.labels.contains { $0.contains(",") || $0.hasPrefix("[") }
    if form.labels.count > 1, isShort { options += ["--labels", form.labels.joined(separator: ",")] }
    return options
  }
}
