public import Foundation

/// The four text-classification tasks of MTL5 that MoE-CL uses, in its three orders (arXiv 2509.18133, table 1).
///
/// A folder has one folder for each task, with `train.json`, `test.json` and `labels.json`.
public struct MTL5Suite: TaskSuite {
  /// `mtl5`.
  public let name = "mtl5"

  /// 1, 2 and 3.
  public let orders = [1, 2, 3]

  /// The folder of the suite.
  public let directory: URL

  /// Names the folder; nothing is read yet.
  ///
  /// - Parameter directory: The folder with the folders `agnews`, `amazon`, `dbpedia` and `yahoo`.
  public init(directory: URL) {
    self.directory = directory
  }

  /// The names of the tasks in one of the three orders.
  ///
  /// - Parameter order: 1, 2 or 3.
  /// - Throws: ``StreamError/order(_:)`` for any other number.
  public func taskNames(order: Int) throws -> [String] {
    switch order {
    case 1: ["dbpedia", "amazon", "yahoo", "agnews"]
    case 2: ["dbpedia", "amazon", "agnews", "yahoo"]
    case 3: ["yahoo", "amazon", "agnews", "dbpedia"]
    default: throw unknownOrder(order)
    }
  }

  /// Reads one of the four tasks.
  ///
  /// - Parameter name: `agnews`, `amazon`, `dbpedia` or `yahoo`.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func task(named name: String) throws -> LearningTask {
    guard let folder = folder(ofTask: name) else { throw unknownTask(name, known: Self.prompts.map(\.task)) }
    return try folder.read()
  }

  /// The three files of a task; none for a task that is not of this suite.
  ///
  /// - Parameter name: `agnews`, `amazon`, `dbpedia` or `yahoo`.
  public func files(ofTask name: String) -> [URL] {
    folder(ofTask: name)?.files ?? []
  }

  /// The instruction and the cue of every task, as `docs/protocol.md` lists them.
  private static let prompts = [
    (task: "agnews", instruction: "What is the topic of this news?", cue: "Topic:"),
    (task: "amazon", instruction: "What is the sentiment of this review?", cue: "Sentiment:"),
    (task: "dbpedia", instruction: "What kind of thing is described here?", cue: "Kind:"),
    (task: "yahoo", instruction: "What is the topic of this question?", cue: "Topic:"),
  ]

  private func folder(ofTask name: String) -> TaskFolder? {
    guard let prompt = Self.prompts.first(where: { $0.task == name }) else { return nil }
    return TaskFolder(
      name: name, directory: directory.appendingPathComponent(name), instruction: prompt.instruction, cue: prompt.cue)
  }
}
