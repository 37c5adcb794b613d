public import Torch

extension DecoderModel {
  /// Continues one prompt, token by token, until an end token, the limit, or the end of the positions.
  ///
  /// - Parameters:
  ///   - prompt: Token ids, at least one.
  ///   - options: How the next token is chosen, and how many at most.
  ///   - experts: Which experts are used; `nil` is the base.
  ///   - onToken: Called with each new id; return false to stop.
  /// - Returns: The new ids, without the end token.
  /// - Throws: ``DecoderError`` for an empty, too long or foreign prompt; `TorchError`.
  public func generate(
    after prompt: [Int], options: GenerationOptions = GenerationOptions(), experts: (any ExpertSelection)? = nil,
    onToken: (Int) throws -> Bool = { _ in true }
  ) throws -> [Int] {
    try generate(after: [prompt], options: options, experts: experts) { try onToken($1) }.first ?? []
  }

  /// Continues several prompts of any lengths together. One that has ended costs nothing more.
  ///
  /// - Parameters:
  ///   - prompts: Token ids, at least one for each prompt.
  ///   - options: How the next token is chosen, and how many at most. Where a prompt comes again, it is the next sample of it.
  ///   - experts: Which experts are used, by all prompts.
  ///   - onToken: Called with a prompt's number and its new id; return false to stop that one.
  /// - Returns: The new ids of each prompt, without the end token.
  /// - Throws: As ``generate(after:options:experts:onToken:)``; ``DecoderError/trainingSelection`` for experts that only a training pass has.
  public func generate(
    after prompts: [[Int]], options: GenerationOptions = GenerationOptions(), experts: (any ExpertSelection)? = nil,
    onToken: (Int, Int) throws -> Bool = { _, _ in true }
  ) throws -> [[Int]] {
    let expert = try experts.map { selection in
      guard let expert = try selection.inferenceExpert() else { throw DecoderError.trainingSelection }
      return expert
    }
    return try generate(
      DecodingSession.Request.samples(of: prompts, options: options, expert: expert), onToken: onToken)
  }

  /// Continues several sequences, each under its own expert and with its own options.
  ///
  /// - Parameters:
  ///   - requests: What is to be continued.
  ///   - onToken: Called with a request's number and its new id; return false to stop that one.
  /// - Returns: The new ids of each request, without the end token.
  /// - Throws: As `DecodingSession.add(_:)` and `DecodingSession.step()`.
  public func generate(
    _ requests: [DecodingSession.Request], onToken: (Int, Int) throws -> Bool = { _, _ in true }
  ) throws -> [[Int]] {
    let session = DecodingSession(self)
    // A new session counts from 0.
    _ = try session.add(requests)
    var produced = [[Int]](repeating: [], count: requests.count)
    while !session.isEmpty {
      for event in try session.step() {
        guard let id = event.token else { continue }
        produced[event.sequence].append(id)
        if try !onToken(event.sequence, id) { session.remove(event.sequence) }
      }
    }
    return produced
  }

  /// Refuses results from which nothing follows: the largest of several NaN, for example.
  /// - Throws: ``DecoderError/resultNotFinite(what:)``.
  public static func requireFinite(_ values: Tensor, _ what: String) throws {
    guard try values.holdsFiniteNumbers() else { throw DecoderError.resultNotFinite(what: what) }
  }
}
