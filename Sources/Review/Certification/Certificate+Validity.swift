import Assurance
import Files
public import Foundation

extension Certificate {
  /// The models that it speaks about.
  public var bindings: CertificateBindings {
    CertificateBindings(expert: expert, base: base, router: router, template: template)
  }

  /// The probability by which the side decides an item: the one that ``tau`` is compared with.
  ///
  /// - Parameter scores: Total log-probabilities, one for each of ``labels``.
  /// - Returns: The probability of the side's label; `nil` where the scores are not those of the labels.
  public func probability(_ scores: [Double]) -> Double? {
    guard let index = labels.firstIndex(where: { $0.hasSameCodePoints(as: side) }),
      let probabilities = try? scale.probabilities(scores), probabilities.indices.contains(index)
    else {
      return nil
    }
    return probabilities[index]
  }

  /// Whether its time is over.
  ///
  /// - Parameter now: When it is.
  public func isExpired(at now: Date) -> Bool { Int(saturating: now.timeIntervalSince1970) >= expires.at }

  /// Requires that a side may begin to decide by it.
  ///
  /// - Parameters:
  ///   - served: What is served now.
  ///   - now: When it is.
  /// - Throws: ``CertificationError``: not for production, other models, expired.
  public func requireUsable(for served: CertificateBindings, at now: Date) throws {
    guard purpose == .production else { throw CertificationError.notForProduction(task: task, label: side) }
    let differences = bindings.differences(from: served)
    guard differences.isEmpty else {
      throw CertificationError.otherModels(task: task, label: side, what: differences)
    }
    guard !isExpired(at: now) else { throw CertificationError.expired(task: task, label: side) }
  }
}

extension Int {
  /// Seconds since 1970 some days of 24 hours later; the latest there is where that is out of range.
  func after(days: Int) -> Int {
    let (seconds, overflow) = Swift.max(0, days).multipliedReportingOverflow(by: 86_400)
    let (sum, beyond) = addingReportingOverflow(overflow ? .max : seconds)
    return beyond ? .max : sum
  }
}
