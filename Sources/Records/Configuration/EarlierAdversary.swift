/// MoE-CL's adversary as earlier versions had it: two options of every run, whatever its method. Now they are hyper-parameters of that method.
public struct EarlierAdversary: Sendable, Equatable, Decodable {
  /// One of ``modes``.
  public var adversary: String?
  public var adversaryWeight: Double?

  /// - Parameters:
  ///   - mode: As `--adversary` had it; nil: nothing was said.
  ///   - weight: As `--adversary-weight` had it.
  public init(mode: String?, weight: Double?) { (adversary, adversaryWeight) = (mode, weight) }

  /// What the mode could be.
  public static let modes = ["paper", "released", "isolated", "off"]

  /// As hyper-parameters, meant for MoE-CL whatever the method; what the method does anyway is left out, as a run that says nothing has it.
  public var options: [String: HyperparameterValue] {
    var result: [String: HyperparameterValue] = [:]
    if let adversary, adversary != "isolated" { result["moe-cl.adversary"] = .choice(adversary) }
    if let adversaryWeight, adversaryWeight != 0.1 { result["moe-cl.adversary-weight"] = .number(adversaryWeight) }
    return result
  }
}
