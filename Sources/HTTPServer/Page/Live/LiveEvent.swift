import Files
import Foundation

/// Something that has happened, which a view shows: ids and numbers, never a text.
struct LiveEvent: Sendable, Equatable {
  /// What a view is told of.
  enum Topic: String, Sendable, CaseIterable {
    case queue
    case sides
    case loop
    case serving
    case release

    /// What its events are called.
    var name: String {
      switch self {
      case .queue: "queue"
      case .sides: "side"
      case .loop: "job"
      case .serving: "metric"
      case .release: "release"
      }
    }
  }

  /// Counts up, also over restarts.
  let number: Int
  let topic: Topic
  /// One JSON object.
  let data: Data

  /// What is sent.
  var sent: ServerSentEvent { .named(topic.name, number: number, data) }
}
