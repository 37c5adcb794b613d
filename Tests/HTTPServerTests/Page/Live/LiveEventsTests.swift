import Foundation
import Testing

@testable import HTTPServer

/// Is whoever looks told of everything, and not more often than a page needs?
@Suite struct LiveEventsTests {
  private let began = ContinuousClock.now
  private let events = LiveEvents(started: Date(timeIntervalSince1970: 1_000_000))

  private func data(_ number: Int) -> Data { Data(#"{"n":\#(number)}"#.utf8) }

  private func told(after number: Int, _ topics: Set<LiveEvent.Topic> = Set(LiveEvent.Topic.allCases)) -> [Data] {
    events.batch(after: number, of: topics).events.map(\.data)
  }

  @Test func atMostTwiceASecondATopicAndTheLatest() {
    let start = events.last
    for number in 0..<20 { events.publish(.queue, data(number), at: began + .milliseconds(10 * number)) }
    #expect(told(after: start) == [data(0)])
    events.flush(at: began + .milliseconds(499))
    #expect(told(after: start) == [data(0)])
    events.flush(at: began + .milliseconds(500))
    #expect(told(after: start) == [data(0), data(19)])
    // Nothing waits any more.
    events.flush(at: began + .seconds(10))
    #expect(told(after: start).count == 2)
  }

  /// One that changes all the time does not hold the others up.
  @Test func topicsDoNotWaitForEachOther() {
    let start = events.last
    events.publish(.queue, data(1), at: began)
    events.publish(.sides, data(2), at: began)
    events.publish(.queue, data(3), at: began)
    #expect(told(after: start) == [data(1), data(2)])
    #expect(told(after: start, [.sides]) == [data(2)])
  }

  @Test func aThousandAreKept() {
    let start = events.last
    for number in 0..<1_005 { events.publish(.loop, data(number), at: began + .seconds(number)) }
    #expect(events.batch(after: start + 5, of: [.loop]).events.count == 1_000)
    #expect(!events.batch(after: start + 5, of: [.loop]).isIncomplete)
    #expect(events.batch(after: start + 4, of: [.loop]).isIncomplete)
    #expect(events.batch(after: start + 1_004, of: [.loop]).events.map(\.data) == [data(1_004)])
    #expect(events.batch(after: start + 1_005, of: [.loop]).events.isEmpty)
  }

  /// A view of the server before it was started again, and one that makes a number up.
  @Test(arguments: [0, -1, .min, .max, 1_000_000_000_001])
  func numbersThatWereNotTold(number: Int) {
    #expect(events.batch(after: number, of: [.queue]).isIncomplete)
  }

  @Test func numbersGoOnAfterARestart() {
    events.publish(.queue, data(1), at: began)
    let later = LiveEvents(started: Date(timeIntervalSince1970: 1_000_001))
    later.publish(.queue, data(2), at: began)
    #expect(later.batch(after: events.last, of: [.queue]).isIncomplete)
    #expect(!later.batch(after: later.last, of: [.queue]).isIncomplete)
  }

  @Test(arguments: [-Double.infinity, -1, 0, 1e300, .infinity, .nan])
  func clocksThatAreWrong(seconds: Double) {
    let events = LiveEvents(started: Date(timeIntervalSince1970: seconds))
    let start = events.last
    events.publish(.queue, data(1), at: began)
    #expect(events.batch(after: start, of: [.queue]).events.count == 1)
  }

  @Test func fourStreamsASessionAndSixtyFourInAll() throws {
    let own = (0..<4).compactMap { _ in events.join("a") }
    #expect(own.count == 4 && events.join("a") == nil && events.join("b") != nil)
    events.leave(try #require(own.first).number)
    let again = try #require(events.join("a"))
    #expect(events.join("a") == nil)
    var count = 5
    for session in 0..<100 where events.join("s\(session)") != nil { count += 1 }
    #expect(count == 64)
    events.leave(again.number)
    #expect(events.join("z") != nil)
  }

  /// Who listens is woken, once for whatever has come, and no more when it has left.
  @Test func listenersAreWoken() async throws {
    let (news, number) = try #require(events.join("a"))
    events.publish(.queue, data(1), at: began)
    events.publish(.sides, data(2), at: began)
    var iterator = news.makeAsyncIterator()
    #expect(await iterator.next() != nil)
    events.leave(number)
    #expect(await iterator.next() == nil && !events.isHeard)
  }
}
