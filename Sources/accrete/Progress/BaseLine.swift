import Decoder
import Foundation
import Generation
import Learning
import ModelConfiguration
import Records
import Runs
import Torch

/// The base in one line.
enum BaseLine {
  static func text(_ base: Base, name: String) -> String {
    text(
      name: name, architecture: base.model.configuration.family.architecture, parameters: base.model.parameterCount,
      precision: base.model.heldPrecision.rawValue, compute: base.model.compute.rawValue,
      device: "\(base.model.device)")
  }

  static func text(
    name: String, architecture: String, parameters: Int, precision: String, compute: String, device: String
  ) -> String {
    let computed = compute == ComputePrecision.float32.rawValue ? "" : ", computed in \(compute)"
    return
      "\(name), \(architecture) of \(millions(parameters)) parameters, held in \(precision)\(computed) on \(device)"
  }

  /// What `train` says first: what is taught, where, and how much of it moves.
  ///
  /// - Parameter note: Stands behind the base.
  static func text(_ taught: TaughtBase, note: String = "") -> String {
    let expert = "experts of \(taught.expertParameters) parameters"
    let method = "(\(taught.methods.joined(separator: ", ")), rank \(taught.rank))"
    let trained =
      switch taught.outputHead {
      case .label: "\(expert) \(method)"
      case .trained: "\(expert) \(method) and a linear head for each task"
      case .ridge: "0 parameters: a closed-form head for each task"
      case .both: "\(expert) \(method) and a closed-form head for each task"
      }
    let text = text(
      name: EmbeddedResources.argument(for: taught.name), architecture: taught.architecture,
      parameters: taught.parameters, precision: taught.precision, compute: taught.compute,
      device: taught.device)
    return "base \(text)\(note), \(taught.threads) thread\(taught.threads == 1 ? "" : "s"); trains \(trained)"
  }

  static func millions(_ count: Int) -> String {
    count >= 1_000_000_000
      ? String(format: "%.1f billion", Double(count) / 1e9)
      : count >= 1_000_000 ? String(format: "%.1f million", Double(count) / 1e6) : "\(count)"
  }
}
