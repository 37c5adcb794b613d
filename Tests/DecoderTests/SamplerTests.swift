import Testing
import Torch

@testable import Decoder

/// Is what can be drawn what transformers' processors leave, and does a shared prefix change nothing?
@Suite struct SamplerTests {
  struct Case: Decodable {
    let temperature: Double
    let topK: Int
    let topP: Double
    let repetitionPenalty: Double
    let logits: [Float]
    let seen: [Int]
    let probabilities: [Double]

    private enum CodingKeys: String, CodingKey {
      case temperature, logits, seen, probabilities
      case topK = "top_k"
      case topP = "top_p"
      case repetitionPenalty = "repetition_penalty"
    }
  }

  @Test func distributions() throws {
    for golden in try Goldens.json([Case].self, "sampling") {
      let options = GenerationOptions(
        temperature: golden.temperature, topK: golden.topK, topP: golden.topP,
        repetitionPenalty: golden.repetitionPenalty)
      let sampler = Sampler(options, prompt: golden.seen)
      var got = [Double](repeating: 0, count: golden.logits.count)
      for (id, probability) in sampler.candidates(golden.logits[...]) { got[id] = probability }
      for (id, probability) in golden.probabilities.enumerated() {
        #expect(abs(got[id] - probability) < 1e-5, "\(golden.topK), \(golden.topP): id \(id)")
      }
    }
  }

  @Test func whatWasWrittenIsPenalized() throws {
    let model = try Goldens.model()
    func text(_ penalty: Double) throws -> [Int] {
      try model.generate(
        after: [5, 90, 11], options: GenerationOptions(maxTokens: 40, repetitionPenalty: penalty, stopsAtEnd: false))
    }
    let (plain, varied) = (try text(1), try text(50))
    #expect(Set(plain).count < plain.count)
    // So strong a penalty lets nothing come twice, the prompt's tokens included.
    #expect(Set(varied).count == varied.count && !varied.contains { [5, 90, 11].contains($0) })
  }

  @Test(arguments: [(-1, 1.0, 1.0), (0, 0, 1), (0, 1.1, 1), (0, .nan, 1), (0, 1, 0), (0, 1, .infinity)])
  func settingsThatCannotBe(topK: Int, topP: Double, penalty: Double) throws {
    let options = GenerationOptions(temperature: 1, topK: topK, topP: topP, repetitionPenalty: penalty)
    #expect(throws: TorchError.self) { try Goldens.model().generate(after: [5], options: options) }
  }

  @Test func sharedPrefixes() {
    #expect(DecodingSession.sharedPrefix([]) == 0)
    #expect(DecodingSession.sharedPrefix([[1, 2, 3]]) == 2)
    #expect(DecodingSession.sharedPrefix([[1, 2, 3], [1, 2, 4, 5]]) == 2)
    #expect(DecodingSession.sharedPrefix([[1, 2], [1, 2, 4, 5]]) == 1)
    #expect(DecodingSession.sharedPrefix([[1], [1]]) == 0 && DecodingSession.sharedPrefix([[], [1]]) == 0)
    #expect(DecodingSession.sharedPrefix([[7, 2, 3], [1, 2, 3]]) == 0)
  }

  /// Prompts behind one instruction, which is read once, give what each gives alone.
  @Test(arguments: ["tiny", "families/mistral", "families/hunyuan-large", "families/gemma3"])
  func aSharedInstruction(form: String) throws {
    let model = try Goldens.model(form)
    let instruction = (0..<20).map { 4 + (31 * $0) % 90 }
    let prompts = [[7], [9, 12, 33], [7, 8]].map { instruction + $0 }
    let options = GenerationOptions(maxTokens: 16, stopsAtEnd: false)
    let together = try model.generate(after: prompts, options: options)
    #expect(together.count == prompts.count)
    for (prompt, text) in zip(prompts, together) {
      #expect(try model.generate(after: prompt, options: options) == text)
    }
  }
}
