import Records
import Testing
import Torch

@testable import Learning

/// Which rate does a step get?
@Suite struct LearningRateScheduleTests {
  private func rates(_ schedule: LearningRateSchedule, _ steps: Range<Int>) -> [Double] {
    steps.map { (schedule.rate(at: $0) * 1e6).rounded() / 1e6 }
  }

  @Test func constant() throws {
    let schedule = try LearningRateSchedule(.constant, peak: 0.4, warmup: 0, total: 5)
    #expect(rates(schedule, 0..<6) == [0.4, 0.4, 0.4, 0.4, 0.4, 0.4])
  }

  @Test func warmUpIsLinearAndEndsAtThePeak() throws {
    let schedule = try LearningRateSchedule(.constant, peak: 0.4, warmup: 4, total: 8)
    #expect(rates(schedule, 0..<6) == [0.1, 0.2, 0.3, 0.4, 0.4, 0.4])
  }

  @Test func cosineFallsFromThePeakToZero() throws {
    let schedule = try LearningRateSchedule(.cosine, peak: 2, warmup: 2, total: 6)
    #expect(rates(schedule, 0..<8) == [1, 2, 2, 1.707107, 1, 0.292893, 0, 0])
  }

  @Test func aWarmUpLongerThanTheTaskStillGrows() throws {
    let schedule = try LearningRateSchedule(.cosine, peak: 1, warmup: 10, total: 5)
    #expect(rates(schedule, 0..<5) == [0.1, 0.2, 0.3, 0.4, 0.5])
  }

  @Test(arguments: [0, -1, .infinity, .nan])
  func aRateThatTrainsNothingIsRefused(peak: Double) {
    #expect(
      throws: TorchError.invalidHyperparameter(
        name: "learning rate", value: "\(peak)", allowed: "a number above 0")
    ) { try LearningRateSchedule(.constant, peak: peak, warmup: 0, total: 1) }
  }

  @Test func aNegativeWarmUpIsRefused() {
    #expect(throws: TorchError.self) { try LearningRateSchedule(.constant, peak: 1, warmup: -1, total: 1) }
  }
}
