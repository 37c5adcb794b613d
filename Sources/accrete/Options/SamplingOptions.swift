import ArgumentParser
import Decoder

/// How text is written.
struct SamplingOptions: ParsableArguments {
  @Option(help: "At most this many new tokens.")
  var maxTokens = 64

  @Option(help: "0: always the most probable token.")
  var temperature = 0.0

  @Option(help: "Sample from this many most probable tokens only; 0: from all.")
  var topK = 0

  @Option(help: "Sample from the most probable tokens that together have this probability; 1: from all.")
  var topP = 1.0

  @Option(help: "Above 1: tokens that the text has already become less probable.")
  var repetitionPenalty = 1.0

  @Option(help: "Seed of the sampling.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("End a text where this comes; can be given several times.", valueName: "text"))
  var stop: [String] = []

  func validate() throws {
    do {
      try options.validate()
    } catch {
      throw ValidationError("\(error)")
    }
    guard !stop.contains("") else { throw ValidationError("--stop: an empty text would end everything at once.") }
  }

  var options: GenerationOptions {
    GenerationOptions(
      maxTokens: maxTokens, temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
      seed: seed)
  }
}
