public import Foundation

/// Three tasks of reviewing texts, `ok` or `violation`, in the shape of the private Tencent3 (arXiv 2509.18133): three
/// binary tasks in three orders.
///
/// A folder has one folder for each task, with `train.json`, `test.json` and `labels.json`. A `dev.json`, which the
/// Chinese tasks have, is never read: validation rows are taken from the training rows, as for every task.
public struct ComplianceSuite: TaskSuite {
  /// The language of the texts, and with it the tasks.
  public enum Language: String, Sendable, CaseIterable {
    /// Tweets, text messages and headlines.
    case english = "en"
    /// Comments about race, region and gender.
    case chinese = "zh"
  }

  /// `compliance-en` or `compliance-zh`.
  public var name: String { "compliance-\(language.rawValue)" }

  /// 1, 2 and 3.
  public let orders = [1, 2, 3]

  /// The language of the texts.
  public let language: Language

  /// The folder of the suite.
  public let directory: URL

  /// Names the folder; nothing is read yet.
  ///
  /// - Parameters:
  ///   - language: The language of the texts.
  ///   - directory: The folder with the tasks' folders: `tweet_abuse`, `sms_spam` and `headline_clickbait`, or `race`,
  ///     `region` and `gender`.
  public init(_ language: Language, directory: URL) {
    self.language = language
    self.directory = directory
  }

  /// The names of the tasks in one of the three orders, those of Tencent3: 1 2 3, 3 1 2, 2 3 1.
  ///
  /// - Parameter order: 1, 2 or 3.
  /// - Throws: ``StreamError/order(_:)`` for any other number.
  public func taskNames(order: Int) throws -> [String] {
    let names = language.prompts.map(\.task)
    // Every order is the one before, with its last task first.
    switch order {
    case 1: return names
    case 2: return names.suffix(1) + names.dropLast(1)
    case 3: return names.suffix(2) + names.dropLast(2)
    default: throw unknownOrder(order)
    }
  }

  /// Reads one of the three tasks.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func task(named name: String) throws -> LearningTask {
    guard let folder = folder(ofTask: name) else { throw unknownTask(name, known: language.prompts.map(\.task)) }
    return try folder.read().spelling(language.labels)
  }

  /// The three files of a task; none for a task that is not of this suite.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  public func files(ofTask name: String) -> [URL] {
    folder(ofTask: name)?.files ?? []
  }

  private func folder(ofTask name: String) -> TaskFolder? {
    guard let prompt = language.prompts.first(where: { $0.task == name }) else { return nil }
    return TaskFolder(
      name: name, directory: directory.appendingPathComponent(name), instruction: prompt.instruction,
      cue: language.cue)
  }
}
