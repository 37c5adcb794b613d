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
}
