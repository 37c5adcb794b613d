import Files
import Foundation
import Review
import TaskModels
import Torch

/// A version of a simulated task: a closed-form head over the features of texts, as task models have one.
struct SimulatedVersion {
  /// What every simulated version is made on.
  private static let base = Digest(of: Data("simulated features".utf8))

  let bindings: CertificateBindings
  private let head: RidgeHead

  /// Learns rows.
  ///
  /// - Parameters:
  ///   - task: The task's name.
  ///   - rows: Features and the places of their labels.
  ///   - ids: Ids of the rows.
  ///   - labels: How many labels the task has.
  init(task: String, rows: [(features: [Float], label: Int)], ids: [String], labels: Int) throws {
    let features = try Self.tensor(rows.map(\.features))
    head = try RidgeFit(features, labels: rows.map(\.label), count: labels).head
    let expert = Digest(of: Data(([task] + ids).joined(separator: "\n").utf8))
    bindings = CertificateBindings(expert: expert, base: Self.base, router: nil, template: nil)
  }

  /// Log-probabilities of each label, row by row.
  func scores(_ features: [[Float]]) throws -> [[Double]] {
    try features.isEmpty ? [] : head.scores(Self.tensor(features))
  }

  private static func tensor(_ rows: [[Float]]) throws -> Tensor {
    try Tensor(rows.flatMap(\.self), shape: [rows.count, rows.first?.count ?? 0])
  }
}
