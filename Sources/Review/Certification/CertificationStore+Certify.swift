import Files
import Foundation
import GRDB

extension CertificationStore {
  /// Gathers everything that the certification of a side depends on.
  ///
  /// - Parameters:
  ///   - label: The side's label.
  ///   - policy: The task's policy.
  ///   - bindings: The models that the certificate is to speak about.
  ///   - opinions: What these say of rows that others decided, by digest: a candidate scores every coin row, too.
  ///   - since: When rows have to have arrived at the earliest; `nil`: since the certificate in force was issued, or since the stop that makes
  ///     earlier rows say nothing.
  /// - Throws: ``CertificationError/invalid(what:got:expected:fix:)`` for a label that is no side of the policy.
  func request(
    _ label: String, _ policy: TaskPolicy, for bindings: CertificateBindings, opinions: [Digest: ModelOpinion] = [:],
    since: Date? = nil
  ) throws -> CertificationRequest {
    guard let side = policy.side(label) else {
      throw CertificationError.invalid(
        what: "side of \(policy.task)", got: label, expected: policy.sides.map(\.label).listed,
        fix: "Add it to the task's policy, or name one of these.")
    }
    let sides = SideStore(database: database, now: now)
    let start = try since ?? earliest(sides.sides(of: policy).first { $0.label.hasSameCodePoints(as: label) }, bindings)
    return CertificationRequest(
      task: policy.task, side: side.label, labels: policy.labels, precision: side.precision,
      confidence: side.confidence, bindings: bindings, stream: try stream(policy, opinions: opinions),
      rows: try calibrationRows(policy, since: start, opinions: opinions), time: start..<Date.distantFuture,
      looks: try looks(policy.task, side.label), agreement: try sides.agreement(policy.task),
      limits: CertificationRequest.Limits(
        days: policy.limits.certificateDays, items: policy.limits.certificateItems), now: now)
  }

  /// From when on rows say something new of a side.
  private func earliest(_ side: Side?, _ bindings: CertificateBindings) -> Date {
    guard let side else { return .distantPast }
    if side.state == .stopped, side.reason?.invalidatesRows == true { return side.since }
    guard side.state.decides, let certificate = side.certificate?.certificate, certificate.carriedFrom == nil,
      certificate.bindings == bindings
    else {
      return .distantPast
    }
    return Date(timeIntervalSince1970: Double(certificate.issued))
  }
}
