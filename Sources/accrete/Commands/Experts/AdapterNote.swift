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
    let (record, problem) = read(in: folder)
    let broken = problem.map { ". It is broken, so that they are not known: \($0)" } ?? ""
    let words = record.map { shellWords(options($0.model.form)).printable } ?? "--instruction … --cue …"
    let command = "accrete learn FILE --start-from \(shellWords([out]).printable)\(words.isEmpty ? "" : " \(words)")"
    return
      "\(file) is not taken over, as an expert is weights alone: instruction, cue, labels and head are given again by `\(command)`,"
      + " which fits a head on FILE's rows\(broken)"
  }

  /// What the file says, or what is wrong with it. Neither of a run's task, of which it says how the task was learned, and not how it is asked.
  private static func read(in folder: URL) -> (record: AdapterRecord?, problem: String?) {
    do {
      let url = try FolderFile.url(file, in: folder)
      let tree = try JSONFile.read(JSONTree.self, from: url)
      // Only a version's has this key; what has it is to be whole.
      guard tree["model"] != nil else { return (nil, nil) }
      return (try JSONFile.read(AdapterRecord.self, from: url), nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  /// An option with its value, which may begin with a dash.
  private static func option(_ name: String, _ value: String) -> [String] {
    value.hasPrefix("-") ? ["\(name)=\(value)"] : [name, value]
  }

  /// The options of `learn` that ask as the exported version asks.
  private static func options(_ form: TaskForm) -> [String] {
    var options: [String] = []
    if !form.instruction.isEmpty { options += option("--instruction", form.instruction) }
    if !form.cue.isEmpty { options += option("--cue", form.cue) }
    let isShort = form.labels.count <= 10 && !form.labels.contains { $0.contains(",") || $0.hasPrefix("[") }
    if form.labels.count > 1, isShort { options += option("--labels", form.labels.joined(separator: ",")) }
    return options
  }
}
