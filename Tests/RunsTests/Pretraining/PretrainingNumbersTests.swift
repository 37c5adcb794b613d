import Files
import Foundation
import Planning
import Pretraining
import Testing

@testable import Decoder
@testable import ModelConfiguration
@testable import Records
@testable import Runs

/// Is every number of a pretraining run's file either one that the run can use, or refused by its key?
@Suite struct PretrainingNumbersTests {
  private static let values = [
    ".nan", ".inf", "-.inf", "1e400", "nan", "1e18", "-1e18", "-1", "0", "9223372036854775807", "-9223372036854775808",
    "18446744073709551616", "{a: .nan}", "[.inf]", "",
  ]

  private static let shape = MoEShape(experts: 2, active: 1, width: 8, renormalizes: false)

  private static func file(_ lines: [String]) -> Data {
    Data(
      """
      model: {architectures: [LlamaForCausalLM], hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2,
        num_attention_heads: 2, num_key_value_heads: 1, head_dim: 8, vocab_size: 288, max_position_embeddings: 16,
        rms_norm_eps: 1e-5, hidden_act: silu}
      sources: {words: [text.jsonl]}
      tokens: 320
      sequence-length: 8
      batch: 4

      """.utf8) + Data(lines.joined(separator: "\n").utf8)
  }

  /// What is accepted can be recorded, planned and counted with; what is not names its key.
  @Test func everyKeyWithEveryNumber() throws {
    let folder = URL(fileURLWithPath: "/nowhere")
    var (accepted, refused) = (0, 0)
    for key in PretrainingFile.keys
    where !["model", "base", "sources", "tokens", "tokenizer", "tokens-folder"].contains(key) {
      for value in Self.values {
        do {
          let file = try YAMLFile.decode(
            PretrainingFile.self, keys: PretrainingFile.keys, from: Self.file([]), path: "run.yaml",
            replacing: ["\(key)=\(value)"])
          guard let configuration = try file?.configuration(relativeTo: folder) else { continue }
          _ = try JSONFile.encode(configuration)
          let schedule = try configuration.schedule()
          #expect(schedule.length == configuration.steps + configuration.longSteps)
          #expect(configuration.routing.capacity(tokens: 1 << 30, shape: Self.shape) ?? 1 >= 0)
          accepted += 1
        } catch let error as RunError {
          #expect("\(error)".contains(key), "\(key)=\(value): \(error)")
          refused += 1
        } catch {
          // The schedule says what is wrong with its numbers in its own words.
          #expect("\(type(of: error))" == "RateError", "\(key)=\(value): \(error)")
          refused += 1
        }
      }
    }
    #expect(accepted >= 30 && refused > 400, "\(accepted) accepted, \(refused) refused")
  }

  /// The same file of `train`.
  @Test(arguments: [
    "alpha", "dropout", "learning-rate", "weight-decay", "gradient-clip", "adversary-weight", "checkpoint-seconds",
  ])
  func aNumberOfARunThatIsNone(key: String) throws {
    for value in [".nan", ".inf", "1e400", "nan"] {
      let error = #expect(throws: RunError.self) {
        try YAMLFile.decode(
          RunFile.self, keys: RunFile.keys, from: Data("seed: 1\n\(key): \(value)\n".utf8), path: "run.yaml")
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("run.yaml:2: \(key)"))
    }
  }

  /// An expert's places, for numbers that no `Int` holds.
  @Test func capacitiesThatNoNumberHolds() {
    for factor in [1e18, 1e300, .infinity, .nan, -1e300] as [Double] {
      var rule = RoutingRule()
      rule.capacityFactor = factor
      #expect(rule.capacity(tokens: 4096, shape: Self.shape) ?? 0 >= rule.minimumCapacity)
    }
  }
}
