import Decoder
import Files

/// `target_modules`: where an adapter plugs in, by the rule that PEFT has for names. A name fits a module whose full name is
/// that name, or ends with a dot and it.
struct PEFTTargets {
  /// A target, taken apart: `model.layers.3.mlp.up_proj` or any end of it that begins after a dot.
  private struct Target {
    let projection: Projection
    /// nil: every layer.
    let layer: Int?
  }

  /// nil: all linear projections.
  private let targets: [Target]?
  /// More than any model has: a list of names is compared with nothing longer than itself.
  private static let mostNames = 1 << 16
  private static let known = Projection.allCases.map(\.rawValue).joined(separator: ", ")

  /// - Throws: ``PEFTError``.
  init(_ value: JSONValue, path: String) throws {
    func refused(_ got: String, _ reason: String) -> PEFTError {
      .unsupported(path: path, key: "target_modules", got: got, reason: reason)
    }
    switch value {
    case .text("all-linear"): targets = nil
    case .text:
      throw refused(value.description, "patterns are not read; list the names, out of \(Self.known), or \"all-linear\"")
    case .list(let values):
      guard !values.isEmpty, values.count <= Self.mostNames else {
        throw refused("a list of \(values.count) names", "give at least one, out of \(Self.known)")
      }
      targets = try values.map { value in
        guard case .text(let name) = value, let target = Self.target(name) else {
          throw refused(value.description, "experts plug into \(Self.known) of the decoder's layers only")
        }
        return target
      }
    default:
      throw PEFTError.invalidValue(
        path: path, key: "target_modules", expected: "a list of names out of \(Self.known), or \"all-linear\"",
        got: value.description)
    }
  }

  private static func target(_ name: String) -> Target? {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)[...]
    guard let last = parts.popLast(), let projection = Projection(rawValue: String(last)) else { return nil }
    guard let block = parts.popLast() else { return Target(projection: projection, layer: nil) }
    guard block == PEFTNames.block(of: projection) else { return nil }
    guard let number = parts.popLast() else { return Target(projection: projection, layer: nil) }
    // As it is printed: `03` or `+3` is no layer's name.
    guard let layer = Int(number), String(layer) == number, layer >= 0 else { return nil }
    return ["model", "layers"].suffix(parts.count) == parts.map(String.init)[...]
      ? Target(projection: projection, layer: layer) : nil
  }

  /// The projections, in the order of the decoder.
  /// - Throws: ``PEFTError/unsupported(path:key:got:reason:)`` for one that not all layers have.
  func projections(of base: DecoderConfiguration, path: String) throws -> [Projection] {
    guard let targets else { return Projection.allCases }
    var layers: [Projection: Set<Int>] = [:]
    for target in targets {
      layers[target.projection, default: []].formUnion(target.layer.map { $0..<($0 + 1) } ?? 0..<base.layers)
    }
    return try Projection.allCases.filter { projection in
      guard let found = layers[projection] else { return false }
      guard found == Set(0..<base.layers) else {
        throw PEFTError.unsupported(
          path: path, key: "target_modules", got: "\(projection.rawValue) in \(found.count) layers",
          reason: "an expert has the same projections in every layer, and this base has \(base.layers)")
      }
      return true
    }
  }
}
