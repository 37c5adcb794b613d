import Foundation
import Testing

@testable import Planning

/// Are rate and stage right at every border?
@Suite struct TrainingScheduleTests {
  private func close(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-12 * max(abs(other), 1e-9) }

  @Test func hunyuanLargeAtEveryBorder() throws {
    // 1000 steps: 100 of warm-up, cosine to 0.3 until 950, anneal to 0.1 until 1000, 20 of long texts.
    let schedule = try TrainingSchedule.hunyuanLarge(peak: 2, warmUp: 100, total: 1000, long: 20)
    #expect(schedule.annealBegins == 950 && schedule.length == 1020)
    let expected: [(Int, Double, TrainingSchedule.Stage)] = [
      (1, 0.02, .main), (50, 1, .main), (99, 1.98, .main), (100, 2, .main),
      // Half of the way from 100 to 950: the mean of 2 and 0.6.
      (525, 1.3, .main), (950, 0.6, .main),
      // Half of the anneal: the mean of 0.6 and 0.2.
      (975, 0.4, .anneal), (1000, 0.2, .anneal), (1001, 0.2, .long), (1020, 0.2, .long),
    ]
    for (done, rate, stage) in expected {
      #expect(try close(schedule.rate(after: done), rate), "after \(done)")
      #expect(try schedule.stage(after: done) == stage, "after \(done)")
    }
    #expect(try schedule.stage(after: 951) == .anneal && schedule.rate(after: 951) < 0.6)
  }

  @Test func hunyuanA13BAtEveryBorder() throws {
    // In units of 10 billion tokens: 2000 = 20 T.
    let schedule = try TrainingSchedule.hunyuanA13B(peak: 3e-4, warmUp: 10, total: 2000)
    #expect(schedule.annealBegins == 1970)
    let expected = [(10, 3e-4), (680, 1.65e-4), (1350, 3e-5), (1351, 3e-5), (1970, 3e-5), (1985, 1.9e-5), (2000, 8e-6)]
    for (done, rate) in expected {
      #expect(try close(schedule.rate(after: done), rate), "after \(done)")
    }
  }

  @Test func neverRisesAfterTheWarmUp() throws {
    for decay in TrainingSchedule.Decay.allCases {
      let schedule = try TrainingSchedule(peak: 1, warmUp: 7, total: 333, decay: decay, long: 5)
      let rates = try (1...schedule.length).map(schedule.rate)
      #expect(zip(rates[6...], rates[7...]).allSatisfy { $0 >= $1 } && rates.allSatisfy { $0 > 0 }, "\(decay)")
      #expect(
        zip(rates[..<6], rates[1...]).allSatisfy { $0 < $1 } && rates[6] == 1 && close(rates[337], 0.1), "\(decay)")
    }
  }

  @Test func otherDecays() throws {
    let constant = try TrainingSchedule(peak: 1, warmUp: 0, total: 100, decay: .constant)
    #expect(try constant.rate(after: 1) == 1 && constant.rate(after: 95) == 1 && close(constant.rate(after: 100), 0.1))
    let root = try TrainingSchedule(peak: 1, warmUp: 4, total: 100, decay: .inverseSquareRoot, floor: 0.25)
    #expect(try root.rate(after: 4) == 1 && close(root.rate(after: 16), 0.5))
    // √(4 / 64) is the floor.
    #expect(try root.rate(after: 64) == 0.25 && root.rate(after: 95) == 0.25)
  }

  @Test func withoutAnAnneal() throws {
    let schedule = try TrainingSchedule(peak: 1, warmUp: 0, total: 10, floor: 0.5, annealShare: 0, long: 2)
    #expect(try schedule.annealBegins == 10 && close(schedule.rate(after: 5), 0.75))
    #expect(
      try schedule.rate(after: 10) == 0.5 && schedule.rate(after: 12) == 0.5 && schedule.stage(after: 12) == .long)
  }

  @Test func oneStep() throws {
    let schedule = try TrainingSchedule(peak: 1, warmUp: 1, total: 1)
    #expect(try schedule.rate(after: 1) == 1)
  }

  @Test func tokensOfALargeRun() throws {
    let schedule = try TrainingSchedule.hunyuanLarge(peak: 1, warmUp: 10_000_000_000, total: 7_000_000_000_000)
    #expect(schedule.annealBegins == 6_650_000_000_000)
    let longest = try TrainingSchedule(peak: 1, warmUp: 0, total: .max)
    #expect(try close(longest.rate(after: .max), 0.1))
  }

  @Test func warmUpThatReachesIntoTheAnneal() throws {
    #expect(throws: RateError.warmUpTooLong(warmUp: 200, total: 100, annealBegins: 95)) {
      try TrainingSchedule.hunyuanLarge(peak: 1, warmUp: 200, total: 100)
    }
    let error = RateError.warmUpTooLong(warmUp: 96, total: 100, annealBegins: 95)
    #expect(throws: error) { try TrainingSchedule.hunyuanLarge(peak: 1, warmUp: 96, total: 100) }
    #expect(error.description.contains("Shorten the warm-up to 95 or less"))
    // As long as the main stage is allowed: the anneal then begins at the peak.
    let edge = try TrainingSchedule.hunyuanLarge(peak: 1, warmUp: 95, total: 100)
    #expect(try edge.rate(after: 95) == 1 && edge.rate(after: 96) < 1)
  }

  @Test(arguments: [0, -1, 121, .max, .min]) func positionsOutside(done: Int) throws {
    let schedule = try TrainingSchedule(peak: 1, warmUp: 0, total: 100, long: 20)
    #expect(throws: RateError.outsideOfSchedule(done: done, length: 120)) { try schedule.rate(after: done) }
    #expect(throws: RateError.outsideOfSchedule(done: done, length: 120)) { try schedule.stage(after: done) }
  }

  @Test func whatCannotBe() {
    func refused(
      peak: Double = 1, warmUp: Int = 1, total: Int = 100, decay: TrainingSchedule.Decay = .cosine, floor: Double = 0.3,
      ends: Double? = nil, share: Double = 0.05, end: Double = 0.1, long: Int = 0
    ) -> Bool {
      let made = try? TrainingSchedule(
        peak: peak, warmUp: warmUp, total: total, decay: decay, floor: floor, decayEnds: ends, annealShare: share,
        annealEnd: end, long: long)
      return made == nil
    }
    #expect(!refused())
    #expect(refused(peak: 0) && refused(peak: .nan) && refused(peak: .infinity) && refused(warmUp: -1))
    #expect(refused(warmUp: 0, decay: .inverseSquareRoot) && refused(total: 0) && refused(total: .max, long: 1))
    #expect(refused(floor: 0.05) && refused(floor: 1.1) && refused(floor: .nan) && refused(ends: 0) && refused(ends: 2))
    #expect(refused(warmUp: 50, ends: 0.4) && refused(share: 1) && refused(share: -0.1) && refused(share: .nan))
    #expect(refused(end: 0) && refused(end: 1.5) && refused(long: -1))
  }

  @Test func storedAndReadAgain() throws {
    let schedule = try TrainingSchedule.hunyuanA13B(peak: 3e-4, warmUp: 10, total: 2000, long: 7)
    let data = try JSONEncoder().encode(schedule)
    #expect(try JSONDecoder().decode(TrainingSchedule.self, from: data) == schedule)
    let broken = String(decoding: data, as: UTF8.self).replacingOccurrences(
      of: "\"warmUp\":10", with: "\"warmUp\":1999")
    #expect(throws: RateError.self) { try JSONDecoder().decode(TrainingSchedule.self, from: Data(broken.utf8)) }
  }
}
