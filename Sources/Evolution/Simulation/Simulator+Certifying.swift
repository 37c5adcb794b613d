import Assurance
import Files
import Foundation
import Review

extension Simulator {
  /// Certifies sides that decide nothing, and renews what has a week left, where there are enough new rows since the last attempt.
  mutating func certify(_ place: Int, _ day: Int) throws {
    guard policy != .oracle, let bindings = tasks[place].version?.bindings else { return }
    for side in tasks[place].sides.indices {
      let state = tasks[place].sides[side]
      let certificate = state.certificate?.certificate
      let isOld = certificate.map { $0.bindings != bindings || isDue($0, day) } ?? true
      guard !state.state.decides || (isOld && policy != .static) else { continue }
      try certify(place, side, bindings, day, from: start(of: state, bindings))
    }
  }

  /// Whether a certificate ends within a week.
  private func isDue(_ certificate: Certificate, _ day: Int) -> Bool {
    Double(certificate.expires.at) - end(of: day).timeIntervalSince1970 <= 7 * 86_400
  }

  /// From when on rows count: after an alarm, and for a renewal, those of before prove nothing.
  private func start(of side: Side, _ bindings: CertificateBindings) -> Date {
    if side.reason == .alarm || side.reason == .novelty { return side.since }
    guard side.state.decides, let certificate = side.certificate?.certificate, certificate.bindings == bindings else {
      return Date(timeIntervalSince1970: 0)
    }
    return Date(timeIntervalSince1970: Double(certificate.issued))
  }

  private mutating func certify(
    _ place: Int, _ side: Int, _ bindings: CertificateBindings, _ day: Int, from start: Date
  ) throws {
    let task = tasks[place]
    let label = task.plan.labels[side]
    let records = task.records.filter { $0.treated == .coinCalibrate && $0.label != nil && $0.arrived >= start }
    // Each attempt that looks at labels leaves less of δ for the next one.
    guard records.count >= 20, Double(records.count) >= 1.25 * Double(task.attempted[label] ?? 0) else { return }
    let now = end(of: day)
    let request = CertificationRequest(
      task: task.plan.name, side: label, labels: task.plan.labels, precision: settings.precision,
      confidence: settings.confidence, bindings: bindings,
      stream: task.recent(since: day - 6).map { streamRow(task.records[$0], bindings) },
      rows: try calibrationRows(records, bindings), time: start..<now, looks: task.looks[label] ?? [:],
      agreement: task.agreement, limits: limits, now: now)
    let outcome = try Certifier.certify(request)
    tasks[place].attempted[label] = records.count
    if outcome.isLook {
      for row in outcome.rows.certifying { tasks[place].looks[label, default: [:]][row.item, default: 0] += 1 }
      result.forbiddenUses += records.count { RowUse.calibrate.refusal(of: $0.standing) != nil }
    }
    guard let certificate = outcome.certificate else { return }
    try activate(certificate, place, side, day)
  }

  /// Static certificates hold for ever.
  private var limits: CertificationRequest.Limits {
    CertificationRequest.Limits(
      days: policy == .static ? 100_000 : settings.certificateDays, items: policy == .static ? .max : 200_000)
  }

  private mutating func activate(_ certificate: Certificate, _ place: Int, _ side: Int, _ day: Int) throws {
    let data = try certificate.data()
    let named = try NamedCertificate(data, named: Digest(of: data))
    do {
      _ = try tasks[place].sides[side].activate(
        by: named, conditions(place, side, day), approvals: [SideApproval(person: Self.lead, isLead: true)])
    } catch is SideError {
      // What keeps it from deciding today may be over tomorrow.
      return
    }
    tasks[place].attempted[tasks[place].plan.labels[side]] = nil
    for event in result.recoveries.indices where result.recoveries[event].items == nil {
      guard result.recoveries[event].day <= day else { continue }
      let first = result.recoveries[event].day
      result.recoveries[event].items = tasks.reduce(0) { $0 + $1.recent(since: first).count }
      result.recoveries[event].labels = tasks.reduce(0) { sum, task in
        sum + task.recent(since: first).count { task.records[$0].label != nil }
      }
    }
  }

  private func streamRow(_ record: SimulatedRecord, _ bindings: CertificateBindings) -> CalibrationRow {
    CalibrationRow(
      item: record.digest, standing: RowStanding(origin: record.treated, isFinal: false), label: nil,
      scores: record.scores, bindings: bindings, arrived: record.arrived)
  }

  /// Rows that may certify, near duplicates by the digest of their first.
  private func calibrationRows(
    _ records: [SimulatedRecord], _ bindings: CertificateBindings
  ) throws -> [CalibrationRow] {
    let duplicates = try NearDuplicates(of: records.map(\.item.text))
    return zip(records, duplicates.clusterFirst).map { record, first in
      CalibrationRow(
        item: record.digest, cluster: records[first].digest, standing: record.treatedStanding, label: record.label,
        scores: record.scores, bindings: bindings, arrived: record.arrived)
    }
  }
}
