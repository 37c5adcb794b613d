public import Files

/// What is decided of an item, as its sender is told.
public struct ReviewDecision: Sendable, Codable, Equatable {
  /// Who decides.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A side has decided.
    case auto
    /// A person decides, or has decided.
    case human
    /// No model has looked at it yet.
    case pending
  }

  /// How the task was found.
  public struct Routing: Sendable, Codable, Equatable {
    /// The task.
    public let task: String
    /// How far the item lies from what the router knows of it.
    public let distance: Double?
    /// The release that was served.
    public let release: Int?
    /// The router.
    public let router: Digest?

    /// Makes it.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - distance: How far the item lies from what the router knows of it.
    ///   - release: The release that was served.
    ///   - router: The router.
    public init(task: String, distance: Double?, release: Int?, router: Digest?) {
      self.task = task
      self.distance = distance
      self.release = release
      self.router = router
    }
  }

  /// The item's id.
  public let id: String
  /// Who decides.
  public let decision: Kind
  /// The label; `nil` while it is open.
  public let label: String?
  /// What the policy does with the label; `nil` while it is open.
  public let action: String?
  /// The probability of the side that has decided, or of what the model suggests.
  public let probability: Double?
  /// The side's threshold.
  public let tau: Double?
  /// The certificate by which the side decided.
  public let certificate: Digest?
  /// The version, as `spam@3`.
  public let model: String?
  /// How the task was found; `nil` where the item names it.
  public let routing: Routing?
  /// Whether it stays so.
  public let final: Bool

  /// Makes a decision.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - decision: Who decides.
  ///   - label: The label.
  ///   - action: What the policy does with the label.
  ///   - probability: The probability of the side that has decided, or of what the model suggests.
  ///   - tau: The side's threshold.
  ///   - certificate: The certificate by which the side decided.
  ///   - model: The version.
  ///   - routing: How the task was found.
  ///   - final: Whether it stays so.
  public init(
    id: String, decision: Kind, label: String? = nil, action: String? = nil, probability: Double? = nil,
    tau: Double? = nil, certificate: Digest? = nil, model: String? = nil, routing: Routing? = nil, final: Bool
  ) {
    self.id = id
    self.decision = decision
    self.label = label
    self.action = action
    self.probability = probability
    self.tau = tau
    self.certificate = certificate
    self.model = model
    self.routing = routing
    self.final = final
  }

  enum CodingKeys: String, CodingKey {
    case id, decision, label, action, probability, tau, certificate, model, routing, coin, final
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    id = try values.decode(String.self, forKey: .id)
    decision = try values.decode(Kind.self, forKey: .decision)
    label = try values.decodeIfPresent(String.self, forKey: .label)
    action = try values.decodeIfPresent(String.self, forKey: .action)
    probability = try values.decodeIfPresent(Double.self, forKey: .probability)
    tau = try values.decodeIfPresent(Double.self, forKey: .tau)
    certificate = try values.decodeIfPresent(Digest.self, forKey: .certificate)
    model = try values.decodeIfPresent(String.self, forKey: .model)
    routing = try values.decodeIfPresent(Routing.self, forKey: .routing)
    final = try values.decode(Bool.self, forKey: .final)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(id, forKey: .id)
    try values.encode(decision, forKey: .decision)
    try values.encode(label, forKey: .label)
    try values.encode(action, forKey: .action)
    try values.encode(probability, forKey: .probability)
    try values.encode(tau, forKey: .tau)
    try values.encode(certificate, forKey: .certificate)
    try values.encode(model, forKey: .model)
    try values.encode(routing, forKey: .routing)
    // Whoever submits is never told, also not by a field that is there at times.
    try values.encodeNil(forKey: .coin)
    try values.encode(final, forKey: .final)
  }
}
