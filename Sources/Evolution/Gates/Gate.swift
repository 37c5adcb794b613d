public import Assurance
import Files
public import Registry

/// What one gate says of a version.
public struct Gate: Sendable, Codable, Equatable {
  /// As in the documentation: G1, G2, G3, G4, G9.
  public let id: String
  /// What it asks.
  public let question: String
  public let verdict: GateVerdict
  /// Every number that the verdict rests on, by name.
  public let numbers: [String: Double]
  /// The verdict in words, with its numbers.
  public let finding: String
  /// What helps where it did not pass.
  public let help: String?

  init(
    _ id: String, _ question: String, _ verdict: GateVerdict, numbers: [String: Double] = [:], finding: String,
    help: String? = nil
  ) {
    self.id = id
    self.question = question
    self.verdict = verdict
    self.numbers = numbers
    self.finding = finding
    self.help = verdict.isPass ? nil : help
  }
}

extension Registry {
  /// What each gate found of a version, by its last report; none where that is not one of ours, or was purged with the version.
  ///
  /// - Throws: `RegistryError` for a report that is missing or was changed.
  public func findings(_ records: [GateRecord]) throws -> [Gate] {
    guard let last = records.last else { return [] }
    do {
      let data = try blob(last.report.digest)
      return (try? JSONFile.decode(GateReport.self, from: data, path: "gates"))?.gates ?? []
    } catch RegistryError.blobPurged {
      return []
    }
  }
}

/// What all gates say: a version is released if every one passes.
public struct GateReport: Sendable, Codable, Equatable {
  public let schema: Int
  public let version: String
  public let gates: [Gate]
  /// The arithmetic of the program that computed them.
  public let numerics: String

  init(version: String, gates: [Gate], numerics: String) {
    schema = 1
    self.version = version
    self.gates = gates
    self.numerics = numerics
  }

  public var isPass: Bool { gates.allSatisfy(\.verdict.isPass) }
  public var failed: [Gate] { gates.filter { !$0.verdict.isPass } }
}
