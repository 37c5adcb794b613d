import BenchmarkSupport
import Decoder
import Experts
import ModelConfiguration
import Randomness
import Torch

/// How fast are texts continued, under one expert or many? Time of the prompts is given apart.
struct DecodeMode {
  private struct Facts: Encodable {
    let libtorch: String
    let device: String
    let weights: String
    let batch: Int
    let experts: Int
    let promptTokens: Int
    let newTokens: Int
    let secondsForPrompts: Double
    let tokensPerSecond: Double
    let peakBytes: Int
    let memory: MemoryFigures
  }

  let arguments: CommandWords
  let device: Device

  func run() throws {
    let (batch, experts) = (try arguments.number("batch", or: 1), try arguments.number("experts", or: 1))
    let (prompt, new) = (try arguments.number("prompt-tokens", or: 128), try arguments.number("new-tokens", or: 32))
    try MemoryFigures.reset(device)
    let model = try arguments.model()
    let shape = try arguments.everywhere
    let prepared = try (0..<experts).map { PreparedExpert(try RandomExpert.make($0, shape, on: model)) }
    func requests(_ tokens: Int) -> [DecodingSession.Request] {
      var stream = RandomStream(seed: 1, "prompts")
      return (0..<batch).map { number in
        DecodingSession.Request(
          (0..<prompt).map { _ in stream.below(model.configuration.vocabularySize) },
          options: GenerationOptions(maxTokens: tokens, stopsAtEnd: false),
          expert: prepared.isEmpty ? nil : prepared[number % prepared.count])
      }
    }
    // Warms up.
    _ = try model.generate(requests(2))
    let session = DecodingSession(model)
    _ = try session.add(requests(new))
    var produced = 0
    let secondsForPrompts = try Answer.seconds(on: device) {
      // Every sequence has its first token after this.
      while produced < batch, !session.isEmpty { produced += try session.step().count }
    }
    var tokens = 0
    let seconds = try Answer.seconds(on: device) {
      while !session.isEmpty { tokens += try session.step().count }
    }
    let memory = try MemoryFigures(device)
    try Answer.say(
      Facts(
        libtorch: TorchRuntime.version, device: device.description, weights: model.heldPrecision.rawValue,
        batch: batch, experts: experts, promptTokens: prompt, newTokens: new, secondsForPrompts: secondsForPrompts,
        tokensPerSecond: Double(tokens) / seconds, peakBytes: memory.compared, memory: memory))
  }
}
