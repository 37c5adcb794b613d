import Assurance
import Files
import Foundation
import Randomness
import Review

extension Simulator {
  /// Decides the items of a day, or hands them to people.
  mutating func receive(_ items: [SimulatedItem]) throws {
    let features = try features(items.map(\.text))
    guard features.count == items.count else {
      throw EvolutionError.stream(
        file: plan.name, key: "features", expected: "\(items.count) rows", got: "\(features.count)",
        fix: "Give one row for each text.")
    }
    result.items += items.count
    for place in tasks.indices {
      let own = items.indices.filter { items[$0].task == tasks[place].plan.name }
      let scores = try tasks[place].version?.scores(own.map { features[$0] })
      let claims = try claims(place, own.map { items[$0] }, scores ?? [])
      for (number, index) in own.enumerated() {
        receive(
          items[index], place, features[index], scores: scores?[number] ?? [],
          claimed: number < claims.count ? claims[number] : nil)
      }
    }
  }

  /// The label of the side that claims each item.
  private func claims(_ place: Int, _ items: [SimulatedItem], _ scores: [[Double]]) throws -> [String?] {
    guard policy.decides, let bindings = tasks[place].version?.bindings, !scores.isEmpty else { return [] }
    guard policy == .oracle else {
      return scores.map { scores in
        tasks[place].sides.claim(scores, from: bindings).map { tasks[place].sides[$0.index].label }
      }
    }
    return try OracleThresholds(
      labels: tasks[place].plan.labels, scores: scores, gold: items.map(\.label), precision: settings.precision
    ).claims
  }

  private mutating func receive(
    _ item: SimulatedItem, _ place: Int, _ features: [Float], scores: [Double], claimed: String?
  ) {
    var coin = RandomStream(seed: seed, "simulate", "coin", item.id)
    let (drawn, measures, double) = (coin.share(), coin.isTrue(0.5), coin.isTrue(settings.double))
    let half: RowOrigin = measures ? .coinMonitor : .coinCalibrate
    let share = tasks[place].sides.coinShare(policy.coinShare(isAnySideActive: tasks[place].isAnySideActive))
    let isCoin = drawn < share
    let origin: RowOrigin = isCoin ? half : claimed == nil ? .queue : .automatic
    // Without a coin half of what people see is taken for rows that measure, and half of that certifies.
    let treated = policy == .withoutCoin && origin == .queue && drawn < 0.5 ? half : origin
    let record = SimulatedRecord(
      item: item, digest: Digest(of: Data(item.id.utf8)), features: features, origin: origin, treated: treated,
      isDouble: double && treated != .queue && treated != .automatic, claimed: claimed,
      due: origin == .automatic ? nil : people.delay(of: item).map { item.day * 24 + item.second / 3600 + $0 },
      scores: scores)
    tasks[place].records.append(record)
    if let side = claimed.flatMap({ tasks[place].place(of: $0) }), policy != .oracle {
      tasks[place].sides[side].countDecision()
    }
    if let claimed, origin == .automatic { count(item, claimed) }
  }

  /// Counts what nobody saw.
  private mutating func count(_ item: SimulatedItem, _ claimed: String) {
    let isWrong = !claimed.hasSameCodePoints(as: item.label)
    result.decided += 1
    if isWrong { result.wrong += 1 }
    let week = item.day / 7
    let place =
      result.weeks.firstIndex {
        $0.week == week && $0.task == item.task && $0.label.hasSameCodePoints(as: claimed)
      } ?? result.weeks.endIndex
    if place == result.weeks.endIndex {
      result.weeks.append(
        SimulationResult.SideWeek(task: item.task, label: claimed, week: week, target: settings.precision))
    }
    result.weeks[place].decided += 1
    if isWrong { result.weeks[place].wrong += 1 }
  }
}

/// MoE-CL's rule on a day's items: for each label the largest set, by probability, whose share of right ones reaches the target. It needs the
/// labels of the very items that it decides.
struct OracleThresholds {
  let claims: [String?]

  init(labels: [String], scores: [[Double]], gold: [String], precision: Double) throws {
    var claims = [String?](repeating: nil, count: scores.count)
    for (place, label) in labels.enumerated() {
      let own = scores.indices.filter { row in
        scores[row].indices.contains(place) && scores[row].max() == scores[row][place]
      }
      let rows = own.map { ScoredRow(score: scores[$0][place], isWrong: !gold[$0].hasSameCodePoints(as: label)) }
      guard let rule = try EmpiricalThreshold(rows: rows, precision: precision) else { continue }
      for row in own where scores[row][place] >= rule.threshold { claims[row] = label }
    }
    self.claims = claims
  }
}
