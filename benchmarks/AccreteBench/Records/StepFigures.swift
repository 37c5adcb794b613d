/// What a server's step did on average, as far as that can be seen from outside; what the throughput model is fitted to.
struct StepFigures: Codable, Sendable, Equatable {
  /// Seconds of a step: a sequence gets one token in each, so it is the time per output token over all sequences.
  let seconds: Double
  /// Tokens in a step, of prompts and answers.
  let tokens: Double
  /// Sequences in a step.
  let sequences: Double
  /// Tokens of a sequence that attention reads, on average while it decodes.
  let length: Double
  /// Different adapters in a step; 0: the base alone.
  let adapters: Double

  /// `nil` where no answer has two tokens, or the server did not count the prompts'.
  init?(_ answers: [RequestRecord], _ running: RunningRequests) {
    var (decoding, steps, read, processed) = (0.0, 0.0, 0.0, 0.0)
    for answer in answers {
      guard let prompt = answer.promptTokens else { return nil }
      processed += Double(max(prompt - (answer.cachedTokens ?? 0), 0)) + Double(answer.outputTokens)
      guard let tpot = answer.tpot else { continue }
      let seconds = tpot * Double(answer.outputTokens - 1)
      decoding += seconds
      steps += Double(answer.outputTokens - 1)
      read += seconds * (Double(prompt) + Double(answer.outputTokens) / 2)
    }
    guard steps > 0, decoding > 0, running.busySeconds > 0 else { return nil }
    seconds = decoding / steps
    tokens = processed * (decoding / steps) / running.busySeconds
    sequences = running.mean
    length = read / decoding
    adapters = running.meanAdapters
  }

  init(seconds: Double, tokens: Double, sequences: Double, length: Double, adapters: Double) {
    (self.seconds, self.tokens, self.sequences, self.length, self.adapters) = (
      seconds, tokens, sequences, length, adapters
    )
  }
}
