import CTorch

/// What the gate of a feed-forward block goes through, by the name that `config.json` has for it.
public enum Activation: String, Sendable, CaseIterable {
  /// x σ(x) (Elfwing et al., arXiv 1702.03118).
  case silu
  /// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, arXiv 1606.08415).
  case geluTanh = "gelu_pytorch_tanh"

  /// For people.
  public var name: String {
    switch self {
    case .silu: "SiLU"
    case .geluTanh: "GELU (tanh)"
    }
  }

  var kernel: AccreteActivation {
    switch self {
    case .silu: accrete_silu
    case .geluTanh: accrete_gelu_tanh
    }
  }

  // z(x) = a x + b x³ in x σ(z): 2 √(2/π) and 0.044715 times that, as (1 + tanh u) / 2 = σ(2u).
  static let (linear, cubic) = (1.595_769_121_605_730_9, 0.071_354_816_272_600_25)
}
