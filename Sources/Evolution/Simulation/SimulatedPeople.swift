import Files
import Foundation
import Randomness

/// The reviewers of a simulated stream: who is there, what they answer, when a label comes.
///
/// What a person answers follows from the seed, the person and the item, whenever they are asked.
public struct SimulatedPeople: Sendable, Equatable {
  private let plan: StreamPlan
  private let seed: UInt64
  /// Their names; the careless are the last.
  public let names: [String]

  /// The people of a plan.
  ///
  /// - Parameters:
  ///   - plan: What is played.
  ///   - seed: Where chance comes from.
  public init(_ plan: StreamPlan, seed: UInt64) {
    self.plan = plan
    self.seed = seed
    names = (0..<max(plan.people.count, 0)).map { "reviewer-\($0 + 1)" }
  }

  /// Those who are there on a day: all but the share that a strike keeps away, the first ones of the list.
  ///
  /// - Parameter day: The day.
  public func present(on day: Int) -> [String] {
    let away = (plan.away(on: day) * Double(names.count) + 1e-9).rounded(.down)
    return Array(names.dropFirst(Int(exactly: away) ?? 0))
  }

  /// Items that all who are there can review on a day.
  ///
  /// - Parameter day: The day.
  public func capacity(on day: Int) -> Int { present(on: day).count * plan.people.itemsPerDay }

  /// The label that a person gives an item.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - person: One of ``names``; anyone else errs as most do.
  /// - Returns: The right label, or with the person's share of errors any other of the task's.
  public func label(of item: SimulatedItem, by person: String) -> String {
    let careless = names.suffix(max(plan.people.careless, 0)).contains(person)
    var stream = RandomStream(seed: seed, "simulate", "vote", person, item.id)
    let others = (plan.tasks.first { $0.name == item.task }?.labels ?? []).filter {
      !$0.hasSameCodePoints(as: item.label)
    }
    guard stream.isTrue(careless ? plan.people.carelessError : plan.people.error), !others.isEmpty else {
      return item.label
    }
    return others[stream.below(others.count)]
  }

  /// How many hours an item's label takes, 1 or more: geometric, half of them within the plan's median; `nil`: it never comes.
  ///
  /// - Parameter item: The item.
  public func delay(of item: SimulatedItem) -> Int? {
    var stream = RandomStream(seed: seed, "simulate", "delay", item.id)
    guard !stream.isTrue(plan.delay.never) else { return nil }
    // P(more than h hours) = 2^(−h / median)
    let hours = (-log2(1 - stream.share()) * plan.delay.medianHours).rounded(.up)
    return Int(exactly: max(1, hours))
  }
}
