public import Decoder
import Files

/// How many tokens are written, and how each is chosen: what chat and completions have in common.
public struct SamplingParameters: Sendable {
  /// As it was asked; `nil`: it was not.
  public var maxTokens: Int?
  public var temperature = 1.0
  public var topP = 1.0
  /// 0: all.
  public var topK = 0
  public var minP = 0.0
  public var repetitionPenalty = 1.0
  public var presencePenalty = 0.0
  public var frequencyPenalty = 0.0
  public var logitBias: [Int: Double] = [:]
  /// How many texts are written.
  public var choices = 1
  /// `nil`: any.
  public var seed: UInt64?
  public var stops: [String] = []
  public var ignoresEnd = false
  /// With how many others a token's log-probability is told; `nil`: it is not.
  public var topLogprobs: Int?

  /// As no request asks for anything.
  public init() {}

  /// The most texts of one prompt.
  public static let mostChoices = 8
  /// Of `stop`: texts, and bytes of each.
  public static let (mostStops, longestStop) = (4, 256)
  /// Entries of `logit_bias`.
  public static let mostBiases = 300
  /// More tokens than any model reads.
  static let mostTokens = Int(Int32.max)

  /// Of `repetition_penalty`: with a smaller or larger one logits overflow.
  static let penalties = 0.01...100.0

  init(_ reader: FieldReader) throws(APIError) {
    temperature = try reader.number("temperature", 0...2) ?? temperature
    topP = try reader.number("top_p", 0...1, isOpen: true) ?? topP
    // -1 is how vLLM's clients write that there is no limit.
    topK = max(try reader.integer("top_k", -1...Int(Int32.max)) ?? topK, 0)
    minP = try reader.number("min_p", 0...1) ?? minP
    repetitionPenalty = try reader.number("repetition_penalty", Self.penalties) ?? repetitionPenalty
    presencePenalty = try reader.number("presence_penalty", -2...2) ?? presencePenalty
    frequencyPenalty = try reader.number("frequency_penalty", -2...2) ?? frequencyPenalty
    choices = try reader.integer("n", 1...Self.mostChoices) ?? choices
    seed = try reader.integer("seed", Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) }
    ignoresEnd = try reader.boolean("ignore_eos") ?? ignoresEnd
    stops = try Self.stops(reader)
    logitBias = try Self.biases(reader)
  }

  private static func stops(_ reader: FieldReader) throws(APIError) -> [String] {
    switch reader["stop"] {
    case nil: return []
    case .text?: return try reader.text("stop", bytes: 1...longestStop).map { [$0] } ?? []
    case .list?: return try reader.texts("stop", count: 0...mostStops, bytes: 1...longestStop) ?? []
    case let value: throw reader.invalid("stop", expected: "a text, or a list of at most \(mostStops)", value)
    }
  }

  private static func biases(_ reader: FieldReader) throws(APIError) -> [Int: Double] {
    guard let members = try reader.object("logit_bias") else { return [:] }
    guard members.count <= mostBiases else {
      throw reader.invalid("logit_bias", expected: "at most \(mostBiases) tokens", reader["logit_bias"])
    }
    var biases: [Int: Double] = [:]
    for member in members {
      let field = "logit_bias.\(SafeText.beginning(member.key))"
      // Only as we would write it: `+5` and `05` would be one token twice.
      guard let id = Int(member.key), (0...Int(Int32.max)).contains(id), "\(id)".hasSameCodePoints(as: member.key)
      else {
        throw reader.invalid(
          field, expected: "the id of a token as a name, such as \"50256\"", .text(member.name),
          fix: "Write it in decimal digits.")
      }
      guard let bias = member.value.number, (-100...100).contains(bias) else {
        throw reader.invalid(field, expected: "a number, -100 to 100", member.value)
      }
      biases[id] = bias
    }
    return biases
  }

  /// Refuses tokens that the model has not.
  ///
  /// - Parameter vocabulary: How many ids there are.
  /// - Throws: ``APIError``.
  public func requireTokens(below vocabulary: Int) throws(APIError) {
    guard let id = logitBias.keys.filter({ $0 >= vocabulary }).min() else { return }
    throw APIError(
      .invalidValue,
      "`logit_bias.\(id)`: expected an id below \(vocabulary), the model's number of tokens. Leave it out.",
      param: "logit_bias")
  }

  /// How many tokens may be written.
  ///
  /// - Parameters:
  ///   - prompt: Tokens of the prompt.
  ///   - context: Tokens that the model reads.
  ///   - usual: Tokens where the request does not say, or what is left of the context.
  ///   - input: The field that holds the prompt.
  /// - Throws: ``APIError`` of code `context_length_exceeded`, with the three numbers. Nothing is ever cut.
  public func newTokens(prompt: Int, context: Int, usual: Int, input: String) throws(APIError) -> Int {
    let room = max(context, 0) - min(max(prompt, 0), max(context, 0))
    let asked = maxTokens ?? min(max(room, 1), max(usual, 1))
    guard prompt <= context, asked <= room else {
      // Nobody asked for the token that is left out.
      throw maxTokens == nil
        ? APIError.leavesNoRoom("the model", prompt: prompt, room: max(context - 1, 0), limit: context, input: input)
        : APIError.tooLong(prompt: prompt, requested: asked, limit: context, input: input)
    }
    return asked
  }

  /// What the engine is asked.
  ///
  /// - Parameters:
  ///   - maxTokens: Of ``newTokens(prompt:context:usual:input:)``.
  ///   - seed: Where the request has none.
  public func options(maxTokens: Int, seed: UInt64) -> GenerationOptions {
    GenerationOptions(
      maxTokens: maxTokens, temperature: temperature, topK: topK, topP: topP, repetitionPenalty: repetitionPenalty,
      minP: minP, presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty, logitBias: logitBias,
      topLogprobs: topLogprobs, seed: self.seed ?? seed, stopsAtEnd: !ignoresEnd)
  }
}
