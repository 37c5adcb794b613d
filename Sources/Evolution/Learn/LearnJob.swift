public import Foundation
public import Streams
public import TaskModels

/// What `learn` is asked for.
public struct LearnJob: Sendable {
  /// The rows.
  public var file: URL
  /// The rows where they came through a pipe; ``file`` only names them then.
  public var data: Data?
  /// How the rows are read. Its instruction and cue are not used.
  public var reader: RowReader
  /// The task; `nil`: the file's name without its ending.
  public var name: String?
  /// The line before each text; `nil`: that of the released version, or the usual one.
  public var instruction: String?
  /// The line after each text; `nil`: as above.
  public var cue: String?
  public var options: LearnOptions
  /// What training starts from; `nil`: from nothing.
  public var start: LearnStart?
  /// How much worse than the released version a new one may be, as a share.
  public var margin: Double
  /// Whether the rows are kept, compressed, as a part of the version.
  public var keepsRows: Bool
  /// Whether the version is released where every gate passes; otherwise it is registered, and somebody else decides.
  public var releases: Bool
  /// Rows that are used, at most so many of each label; `nil`: all.
  public var perClass: Int?
  /// Names the program in the version: its version and digest.
  public var program: String
  /// Who learns, for the audit.
  public var actor: String
  /// Whether the base is one of those that come with the program, which are small.
  public var isToyBase: Bool
  /// The method that a version names; `nil`: that of ``options``.
  var method: String?

  public init(file: URL, options: LearnOptions = LearnOptions(), program: String, actor: String) {
    self.file = file
    reader = RowReader()
    self.options = options
    margin = 0.02
    keepsRows = true
    releases = true
    self.program = program
    self.actor = actor
    isToyBase = false
  }
}

/// A task that is learned already, elsewhere: what ``Learn/adopt(_:)`` checks and keeps.
public struct LearnedTask: Sendable {
  /// Its rows, by what they were for; there may be no choose rows.
  public let examples: TaskExamples
  public let model: TaskModel
  /// The method that learned it.
  public let method: String
  /// Seconds of its training.
  public let seconds: Double

  public init(examples: TaskExamples, model: TaskModel, method: String, seconds: Double) {
    self.examples = examples
    self.model = model
    self.method = method
    self.seconds = seconds
  }
}

/// What `learn` tells while it works.
public enum EvolutionProgress {
  case warning(String)
  case rows(LearnRows)
  case training(LearnProgress)
  /// Gate rows are answered.
  case scoring(done: Int, of: Int)
  /// An earlier task's requests were answered again.
  case proved(task: String, requests: Int, seconds: Double)
  case gate(Gate)
}

/// How many rows there are for what.
public struct LearnRows: Sendable, Codable, Equatable {
  public let task: String
  public let kind: TaskForm.Kind
  public let labels: [String]
  public let learn: Int
  public let choose: Int
  public let gate: Int
  public let origin: String
  /// The form of the file, in words.
  public let form: String?
  /// Rows whose text is too long, and tokens that they lose.
  public let truncated: Int
  public let droppedTokens: Int
  /// Against the last version, where there is one.
  public let changes: RowChanges?
  /// Where rows are conversations: how many these are. ``learn``, ``choose`` and ``gate`` count turns of the assistant then.
  public let conversations: ConversationCounts?
}

/// How many conversations there are, and turns of the assistant that can be learned.
public struct ConversationCounts: Sendable, Codable, Equatable {
  /// Rows of the file that are used.
  public let conversations: Int
  /// Turns of the assistant, without those whose weight is 0.
  public let turns: Int
  /// Turns among them that are used for nothing: gate rows whose question is also learned from or chosen on.
  public let leftOut: Int
}
