import Foundation
public import Records
import Torch

/// How the learning rate runs through a task.
public struct LearningRateSchedule: Sendable, Equatable {
  public let shape: LearningRateShape
  public let peak: Double
  /// Steps of linear growth from peak/warmup to the peak.
  public let warmup: Int
  public let total: Int

  /// - Throws: `TorchError.invalidHyperparameter(name:value:allowed:)`: a rate of zero would train nothing in silence.
  public init(_ shape: LearningRateShape, peak: Double, warmup: Int, total: Int) throws {
    guard peak > 0, peak.isFinite else {
      throw TorchError.invalidHyperparameter(name: "learning rate", value: "\(peak)", allowed: "a number above 0")
    }
    guard warmup >= 0 else {
      throw TorchError.invalidHyperparameter(name: "warm-up steps", value: "\(warmup)", allowed: "0 or more")
    }
    self.shape = shape
    self.peak = peak
    self.warmup = warmup
    self.total = total
  }

  /// The rate of step `step`, counted from 0.
  public func rate(at step: Int) -> Double {
    if step < warmup { return peak * Double(step + 1) / Double(warmup) }
    switch shape {
    case .constant: return peak
    case .cosine:
      let span = max(total - warmup, 1)
      return peak * 0.5 * (1 + cos(Double.pi * Double(min(step - warmup, span)) / Double(span)))
    }
  }
}
