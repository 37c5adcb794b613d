import CTorch
import ModelConfiguration

extension Activation {
  var kernel: AccreteActivation {
    switch self {
    case .silu: accrete_silu
    case .geluTanh: accrete_gelu_tanh
    }
  }

  // z(x) = a x + b x³ in x σ(z): 2 √(2/π) and 0.044715 times that, as (1 + tanh u) / 2 = σ(2u).
  static let (linear, cubic) = (1.595_769_121_605_730_9, 0.071_354_816_272_600_25)
}
