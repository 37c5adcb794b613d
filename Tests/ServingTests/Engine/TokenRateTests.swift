import Testing

@testable import Serving

/// How fast is the engine, by what it has done?
@Suite struct TokenRateTests {
  private let start = ContinuousClock.now

  private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  /// What the first steps say is no measure: they are slow, and few.
  @Test func aSecondOfWorkComesFirst() {
    var rate = TokenRate()
    rate.begin(0, at: at(0))
    for step in 1...9 {
      rate.note(10 * step, at: at(100 * step), goesOn: true)
      #expect(rate.perSecond == 0)
    }
    rate.note(100, at: at(1_000), goesOn: true)
    #expect(abs(rate.perSecond - 100) < 1e-9)
  }

  /// Bursts of 100 ms with seconds between them: ten of them are a second of work.
  @Test func idleTimeDoesNotCount() {
    var rate = TokenRate()
    for burst in 0..<10 {
      #expect(rate.perSecond == 0)
      let begin = 5_000 * burst
      rate.begin(50 * burst, at: at(begin))
      // What begins again meanwhile changes nothing.
      rate.begin(50 * burst, at: at(begin + 10))
      rate.note(50 * burst + 20, at: at(begin + 40), goesOn: true)
      rate.note(50 * burst + 50, at: at(begin + 100), goesOn: false)
      // Nothing is done, and told again and again.
      rate.note(50 * burst + 50, at: at(begin + 3_000), goesOn: false)
    }
    #expect(abs(rate.perSecond - 500) < 1e-9)
  }

  /// A pass that counts its tokens at its end took all of its time.
  @Test func workWithoutTokensIsWork() {
    var rate = TokenRate()
    rate.begin(0, at: at(0))
    for step in 1...20 { rate.note(0, at: at(100 * step), goesOn: true) }
    #expect(rate.perSecond == 0)
    rate.note(300, at: at(3_000), goesOn: true)
    #expect(abs(rate.perSecond - 100) < 1e-9)
  }

  /// What was long ago is forgotten: a slower engine shows within some seconds.
  @Test func theLastSecondsDecide() {
    var rate = TokenRate()
    rate.begin(0, at: at(0))
    for step in 1...100 { rate.note(100 * step, at: at(100 * step), goesOn: true) }
    #expect(abs(rate.perSecond - 1_000) < 1e-9)
    for step in 1...60 { rate.note(10_000 + step, at: at(10_000 + 100 * step), goesOn: true) }
    #expect(abs(rate.perSecond - 10) < 1e-9)
  }
}
