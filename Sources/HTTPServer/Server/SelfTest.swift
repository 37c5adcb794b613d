import Decoder
import Serving

/// What is computed once before requests may come: the same text twice, which has to be the same both times.
enum SelfTest {
  private static let tokens = 4

  /// - Parameters:
  ///   - engine: As it will answer.
  ///   - prompt: Ids of tokens, at least one.
  /// - Throws: ``ServerError/selfTest(reason:)``.
  static func run(_ engine: any InferenceEngine, prompt: [Int]) async throws {
    let first = try await text(engine, prompt)
    let second = try await text(engine, prompt)
    guard first == second, !first.isEmpty else {
      throw ServerError.selfTest(reason: "the base wrote \(first), and then \(second) to the same prompt")
    }
  }

  private static func text(_ engine: any InferenceEngine, _ prompt: [Int]) async throws -> [Int] {
    do {
      let request = EngineRequest(
        prompt, options: GenerationOptions(maxTokens: tokens, topLogprobs: 0, stopsAtEnd: false), asker: "self-test",
        scope: "self-test")
      let answer = EngineAnswer(sources: [try engine.submit(request)], choices: 1)
      let tokens = try await answer.collected { _ in }.texts.first?.tokens ?? []
      if let odd = tokens.first(where: { !($0.logprobs?.chosen.isFinite ?? true) }) {
        throw ServerError.selfTest(reason: "the probability of token \(odd.id) is not a number")
      }
      return tokens.map(\.id)
    } catch let failure as EngineFailure {
      throw ServerError.selfTest(reason: "\(failure)")
    }
  }
}
