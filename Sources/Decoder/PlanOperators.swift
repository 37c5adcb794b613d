public import Torch

/// An operator that the path of a GPU calls, as the loaded libtorch has it.
public struct PlanOperator: Sendable, Codable, Equatable {
  /// With its overload, as `aten::mm.dtype`.
  public let name: String
  /// `nil`: this libtorch has none of that name.
  public let arguments: Int?
  /// Whether it has kernels.
  public let cpu: Bool
  public let cuda: Bool
  /// Whether a GPU's path needs it; the others are for smaller bases and for mixtures.
  public let isNeeded: Bool

  /// Whether it cannot be called on a device. On the CPU others stand in for what only a GPU has.
  public func isMissing(on device: Device) -> Bool { device == .cpu ? arguments == nil : !cuda }
}

extension ComputePlan {
  private static let operatorNames: [(name: String, overload: String, isNeeded: Bool)] = [
    ("aten::_flash_attention_forward", "", true), ("aten::_flash_attention_backward", "", true),
    ("aten::_efficient_attention_forward", "", true), ("aten::_efficient_attention_backward", "", true),
    ("aten::_fused_adamw_", "", true), ("aten::mm", "dtype", true), ("aten::_grouped_mm", "", false),
    ("aten::_int_mm", "", false), ("aten::_scaled_mm", "", false), ("aten::_fused_rms_norm", "", false),
  ]

  /// What the loaded libtorch has of all that the path of a GPU may call.
  public static var operators: [PlanOperator] {
    operatorNames.map { entry in
      let found = TorchRuntime.findOperator(entry.name, overload: entry.overload)
      return PlanOperator(
        name: entry.overload.isEmpty ? entry.name : "\(entry.name).\(entry.overload)", arguments: found?.arguments,
        cpu: found?.onCPU ?? false, cuda: found?.onCUDA ?? false, isNeeded: entry.isNeeded)
    }
  }
}
