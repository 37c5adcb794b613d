/// MoE-CL's adversary as the manifests of earlier versions have it: two properties of every run, whatever its method. Now they are
/// hyper-parameters of that method.
struct EarlierAdversary: Decodable {
  /// The method that they belong to.
  static let method = "moe-cl"
  /// What every run had where nothing was said; it is left out of a configuration, as in a run of today.
  static let usual: [String: HyperparameterValue] = ["adversary": "isolated", "adversary-weight": 0.1]

  private let adversary: String?
  private let adversaryWeight: Double?

  /// As hyper-parameters that are meant for MoE-CL whatever the method.
  var options: [String: HyperparameterValue] {
    let given = [
      "adversary": adversary.map(HyperparameterValue.choice),
      "adversary-weight": adversaryWeight.map(HyperparameterValue.number),
    ]
    return given.reduce(into: [:]) { result, entry in
      guard let value = entry.value, value != Self.usual[entry.key] else { return }
      result["\(Self.method).\(entry.key)"] = value
    }
  }
}
