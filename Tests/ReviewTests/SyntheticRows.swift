import Assurance
import Files
import Foundation
import Randomness
import Review

/// Rows of a stream that nobody wrote: a model that says how sure it is of `violation`, and people who know.
enum SyntheticRows {
  static let labels = ["ok", "violation"]
  static let now = Date(timeIntervalSince1970: 1_764_633_600)
  static let bindings = CertificateBindings(
    expert: digest("expert"), base: digest("base"), router: digest("router"), template: nil)
  static let otherBindings = CertificateBindings(
    expert: digest("another expert"), base: digest("base"), router: digest("router"), template: nil)
  static let anyTime = Date.distantPast..<Date.distantFuture

  static func digest(_ text: String) -> Digest { Digest(of: Data(text.utf8)) }

  /// A row of which the model says `violation` with a probability.
  static func row(
    _ name: String, _ probability: Double, label: String? = nil, origin: RowOrigin = .coinCalibrate,
    cluster: Digest? = nil, bindings: CertificateBindings = bindings, arrived: Date = now.addingTimeInterval(-3600)
  ) -> CalibrationRow {
    CalibrationRow(
      item: digest(name), cluster: cluster, standing: RowStanding(origin: origin, isFinal: label != nil), label: label,
      scores: [log(1 - probability), log(probability)], bindings: bindings, arrived: arrived)
  }

  /// Rows of the stream without labels, as many at each probability from 0 to 1.
  static func stream(_ count: Int = 400) -> [CalibrationRow] {
    (0..<count).map { row("stream \($0)", (Double($0) + 0.5) / Double(count), origin: .queue) }
  }

  /// Coin rows whose probabilities are drawn evenly.
  ///
  /// - Parameter isWrong: Whether a row's label is the other one than the more probable.
  static func coinRows(
    _ count: Int, _ random: inout RandomStream, name: String = "coin",
    isWrong: (_ probability: Double, _ draw: Double) -> Bool
  ) -> [CalibrationRow] {
    (0..<count).map { number in
      let probability = 0.0005 + 0.999 * random.uniform()
      let isViolation = (probability > 0.5) != isWrong(probability, random.uniform())
      return row("\(name) \(number)", probability, label: labels[isViolation ? 1 : 0])
    }
  }

  static func request(
    _ rows: [CalibrationRow], precision: Double = 0.95, confidence: Double = 0.95, looks: [Digest: Int] = [:],
    agreement: LabelerAgreement = LabelerAgreement(n: 100, same: 100),
    purpose: Certificate.Purpose = .production, side: String = "violation"
  ) -> CertificationRequest {
    CertificationRequest(
      task: "spam", side: side, labels: labels, precision: precision, confidence: confidence, bindings: bindings,
      stream: stream(), rows: rows, time: anyTime, looks: looks, agreement: agreement,
      limits: CertificationRequest.Limits(days: 14, items: 200_000), purpose: purpose, now: now)
  }

  /// A certificate of the side with the loosest threshold that there is.
  static func certificate(seed: UInt64 = 1, at time: Date = now) throws -> (CertificationOutcome, NamedCertificate) {
    var random = RandomStream(seed: seed, "test", "certificate")
    var request = request(coinRows(1200, &random) { _, _ in false })
    request.now = time
    let outcome = try Certifier.certify(request)
    guard let certificate = outcome.certificate else { throw Missing(text: "\(outcome.verdict)") }
    let data = try certificate.data()
    return (outcome, try NamedCertificate(data, named: Digest(of: data)))
  }

  struct Missing: Error { let text: String }
}

extension RandomStream {
  /// A number from 0 to below 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
