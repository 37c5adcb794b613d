import Testing

@testable import Serving

/// Is a request refused that would have to wait for too long?
@Suite struct EngineInboxTests {
  /// Takes a request of so many tokens in; `nil`: it was taken.
  private func refusal(
    _ inbox: EngineInbox, tokens: Int, places: Int = 0, most: Int = 256, rate: Double = 10, patience: Double = 30
  ) -> EngineFailure? {
    let (_, events) = AsyncStream.makeStream(of: EngineEvent.self)
    do {
      _ = try inbox.submit(tokens: tokens, places: places, most: most, rate: rate, patience: patience) { number in
        EngineWork(
          number: number, kind: .text(EngineRequest([1]), events), asker: "", deadline: nil, tokens: tokens,
          isBackground: false)
      }
      return nil
    } catch {
      return error
    }
  }

  /// What waits before it counts, at ten tokens a second.
  @Test func theWaitIsForeseen() {
    let inbox = EngineInbox()
    #expect(refusal(inbox, tokens: 300) == nil)
    // Thirty seconds are not more than thirty.
    #expect(refusal(inbox, tokens: 101) == nil)
    #expect(refusal(inbox, tokens: 1) == .queueFull(retryAfter: 41))
    // Who has more time waits; and so does everybody where nobody knows how long it takes, or where there are places.
    #expect(refusal(inbox, tokens: 2_000, patience: 41) == nil)
    #expect(refusal(inbox, tokens: 1, rate: 0) == nil)
    #expect(refusal(inbox, tokens: 1, places: 5) == nil)
    // Clients heed no more than two minutes.
    #expect(refusal(inbox, tokens: 1) == .queueFull(retryAfter: 60))
    // What has got its place is waited for no longer.
    inbox.left(tokens: 2_000)
    inbox.left(tokens: 300)
    #expect(refusal(inbox, tokens: 1) == nil)
  }

  @Test func howManyMayWait() {
    let inbox = EngineInbox()
    for _ in 0..<256 { #expect(refusal(inbox, tokens: 0) == nil) }
    #expect(refusal(inbox, tokens: 0) == .queueFull(retryAfter: 1))
    #expect(EngineOptions(threads: 1).maxWaiting == 256)
  }

  /// Two places, and four may wait: six come at once, and the seventh is refused, however far the engine is with giving places.
  @Test(arguments: 0...2) func whoGetsAPlaceDoesNotWait(_ given: Int) {
    let inbox = EngineInbox()
    for _ in 0..<given { #expect(refusal(inbox, tokens: 60, places: 2, most: 4, rate: 0) == nil) }
    for _ in 0..<given { inbox.left(tokens: 60, taking: 1) }
    for _ in given..<6 { #expect(refusal(inbox, tokens: 60, places: 2, most: 4, rate: 0) == nil) }
    #expect(refusal(inbox, tokens: 60, places: 2, most: 4, rate: 0) == .queueFull(retryAfter: 1))
    // The engine says it once more, and later that one of them is done.
    inbox.hold(given)
    #expect(refusal(inbox, tokens: 60, places: 2, most: 4, rate: 0) == .queueFull(retryAfter: 1))
    guard given > 0 else { return }
    inbox.hold(given - 1)
    #expect(refusal(inbox, tokens: 60, places: 2, most: 4, rate: 0) == nil)
  }
}
