import Files
import Foundation
import Testing

@testable import Decoder
@testable import ModelConfiguration

/// Is everything that a configuration says part of what runs and experts are bound to?
@Suite struct BoundConfigurationTests {
  private func all() throws -> DecoderConfiguration {
    var configuration = try Goldens.model("tiny").declared
    (configuration.padToken, configuration.headNorm) = (3, .afterRotation)
    configuration.mixture = MixtureShape(experts: 4, active: 2, width: 8, renormalizes: true)
    return configuration
  }

  /// A field without a key would be left out in silence.
  @Test func everyFieldHasAKey() throws {
    let configuration = try all()
    let fields = Mirror(reflecting: configuration).children.count
    #expect(DecoderConfiguration.CodingKeys.allCases.count == fields)
    #expect(
      try JSONFile.decode([String: JSONValue].self, from: JSONFile.encode(configuration), path: "x").count == fields)
  }

  @Test func whatIsReadAgainIsTheSame() throws {
    var configuration = try all()
    let yarn = RopeScaling.YaRN(
      factor: 4, original: 128, betaFast: 32, betaSlow: 1, attentionFactor: 1.1, truncates: true)
    for scaling in [
      .none, .linear(factor: 3), .ntkAlpha(1000), .llama3(factor: 8, low: 1, high: 4, original: 64), .yarn(yarn),
    ] as [RopeScaling] {
      configuration.ropeScaling = scaling
      let again = try JSONFile.decode(DecoderConfiguration.self, from: JSONFile.encode(configuration), path: "x")
      #expect(again == configuration)
    }
  }
}
