import Files
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

extension PageHandler {
  /// `GET /admin/v1/events`: what happens, for whoever is logged in, until that person leaves.
  ///
  /// A browser that cannot be logged in anew here is refused, and the script asks every ten seconds instead.
  func events(_ scope: RequestScope) async throws -> Response {
    guard let visitor = try await visitor(scope) else {
      throw APIError(.invalidAPIKey, "Events are for whoever is logged in to the page. Open the page and log in.")
    }
    let topics = try Self.topics(scope.target.query["topics"])
    guard let (news, number) = core.events.join(visitor.visit.id) else {
      throw APIError(
        .requestsExceeded,
        "A session has \(LiveEvents.streamsOfSession) streams of events at most, and this server \(LiveEvents.streams). Close a window of the page."
      )
    }
    // Whoever drops the answer leaves, on whatever path that comes about.
    let leaving = OnRelease { [events = core.events] in events.leave(number) }
    let known = scope.header("last-event-id").flatMap { Int($0) }
    let stream = LiveStream(
      events: core.events, topics: topics, start: known ?? core.events.last, connection: scope.connection,
      silence: core.options.limits.pingTime)
    var headers = PageHeaders.all
    for (name, value) in ServerSentEvent.headers { headers.set(name, value) }
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in
        defer { withExtendedLifetime(leaving) {} }
        try await stream.write(news, to: &writer)
      })
  }

  /// Which events are asked for; without a query all.
  private static func topics(_ query: String?) throws -> Set<LiveEvent.Topic> {
    guard let query else { return Set(LiveEvent.Topic.allCases) }
    let topics = try query.split(separator: ",", omittingEmptySubsequences: false).prefix(16).map { name in
      guard let topic = LiveEvent.Topic.allCases.first(where: { $0.rawValue.hasSameCodePoints(as: String(name)) })
      else {
        throw APIError(
          .invalidValue,
          "`topics` of the address: expected \(LiveEvent.Topic.allCases.map(\.rawValue).listed), separated by commas, got \(SafeText.quoted(String(name))). Correct it, or leave it out.",
          param: "topics")
      }
      return topic
    }
    return Set(topics)
  }
}
