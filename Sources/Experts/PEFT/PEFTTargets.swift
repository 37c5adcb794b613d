import Decoder
import Files
import ModelConfiguration

/// Where an adapter plugs in, by the rules that PEFT has for the names of modules (`check_target_module_exists`): `target_modules`,
/// `exclude_modules`, `layers_to_transform` and `layers_pattern`. The base's modules are tried one by one.
struct PEFTTargets {
  /// What a key says of names.
  private enum Rule {
    /// A name fits a module whose full name it is, or ends with a dot and it.
    case names([String])
    case pattern(NamePattern)
    /// `all-linear`.
    case all
  }

  private let path: String
  private let targets: Rule
  private let excluded: Rule?
  /// `nil`: all.
  private let layers: Set<Int>?
  /// More than any model has: a list of names is compared with nothing longer than itself.
  private static let mostNames = 1 << 16
  private static let known = Projection.allCases.map(\.rawValue).joined(separator: ", ")

  /// - Throws: ``PEFTError``.
  init(_ keys: [ExactText: JSONTree], path: String) throws {
    self.path = path
    let target = keys[ExactText("target_modules")] ?? .null
    switch target {
    case .text where target.string?.lowercased() == "all-linear": targets = .all
    case .text, .list: targets = try Self.rule(target, key: "target_modules", path: path)
    case .null:
      throw PEFTError.missingKey(path: path, key: "target_modules", expected: "a list of projections")
    default:
      throw PEFTError.invalidValue(
        path: path, key: "target_modules", expected: "a list of names, a pattern, or \"all-linear\"",
        got: target.description)
    }
    let excluding = keys[ExactText("exclude_modules")] ?? .null
    excluded = excluding.isBlank ? nil : try Self.rule(excluding, key: "exclude_modules", path: path)
    layers = try Self.layers(keys, path: path)
    if layers != nil, case .names = targets {
    } else if layers != nil {
      throw PEFTError.unsupported(
        path: path, key: "layers_to_transform", got: (keys[ExactText("layers_to_transform")] ?? .null).description,
        reason: "PEFT takes it beside a list of names only; list the names in target_modules")
    }
  }

  private static func rule(_ value: JSONTree, key: String, path: String) throws -> Rule {
    func refused(_ got: String, _ reason: String) -> PEFTError {
      .unsupported(path: path, key: key, got: got, reason: reason)
    }
    switch value {
    case .text(let text):
      do {
        return .pattern(try NamePattern(String(decoding: text, as: UTF8.self)))
      } catch let refusal as NamePattern.Refusal {
        throw refused(value.description, "as a pattern, \(refusal.reason); list the names, out of \(known)")
      }
    case .list(let values):
      guard !values.isEmpty, values.count <= mostNames else {
        throw refused("a list of \(values.count) names", "give at least one, out of \(known)")
      }
      return .names(
        try values.map { value in
          guard let name = value.string else { throw refused(value.description, "names are strings") }
          return name
        })
    default:
      throw PEFTError.invalidValue(
        path: path, key: key, expected: "a list of names, or a pattern", got: value.description)
    }
  }

  private static func layers(_ keys: [ExactText: JSONTree], path: String) throws -> Set<Int>? {
    let value = keys[ExactText("layers_to_transform")] ?? .null
    let pattern = keys[ExactText("layers_pattern")] ?? .null
    let names: [JSONTree] = if case .list(let values) = pattern { values } else { pattern.isBlank ? [] : [pattern] }
    guard names.isEmpty || names.contains(.text("layers")) else {
      throw PEFTError.unsupported(
        path: path, key: "layers_pattern", got: pattern.description, reason: "the layers of this base are called layers"
      )
    }
    let numbers: [JSONTree]
    switch value {
    case .null: return nil
    case .list(let values):
      if values.isEmpty { return nil }
      numbers = values
    default: numbers = [value]
    }
    return Set(
      try numbers.map { number in
        guard let layer = number.integer else {
          throw PEFTError.invalidValue(
            path: path, key: "layers_to_transform", expected: "the number of a layer, or a list of them",
            got: value.description)
        }
        return layer
      })
  }

  /// A module of the base that experts can plug into.
  private struct Module {
    let site: ProjectionSite
    let layer: Int
    /// As PEFT finds it in the model.
    let name: String
  }

  /// The projections, in the order of the decoder.
  ///
  /// - Parameter routed: Whether the adapter has pairs for routed experts: where a base's are one tensor for all of them, none of their names is a
  ///   module's.
  /// - Throws: ``PEFTError/unsupported(path:key:got:reason:)`` unless they are the same in every layer, with the key that makes the difference.
  func projections(of base: DecoderConfiguration, routed: Bool) throws -> [Projection] {
    let modules = (0..<base.layers).flatMap { layer in
      Projection.allCases.flatMap { projection -> [Module] in
        let isInner = PEFTNames.block(of: projection) == "mlp"
        var sites = base.has(projection, layer: layer) ? [ProjectionSite(projection)] : []
        if routed, isInner, let moe = base.moe(ofLayer: layer) {
          sites += (0..<moe.experts).map { ProjectionSite(projection, ofExpert: $0) }
        }
        return sites.map { site in
          Module(site: site, layer: layer, name: PEFTNames.module(site, layer: layer, base.feedForwardPath))
        }
      }
    }
    var chosen = try filtered(modules, targets, key: "target_modules")
    var faults: [(key: String, fault: (got: String, reason: String))?] = [
      fault(chosen, of: modules).map { ("target_modules", $0) }
    ]
    if let layers {
      chosen = chosen.filter { layers.contains($0.layer) }
      faults.append(fault(chosen, of: modules).map { ("layers_to_transform", $0) })
    }
    if let excluded {
      let out = Set(try filtered(chosen, excluded, key: "exclude_modules").map(\.name))
      chosen = chosen.filter { !out.contains($0.name) }
      faults.append(fault(chosen, of: modules).map { ("exclude_modules", $0) })
    }
    // What is chosen in the end counts; to blame is the first key with which it was none.
    if case .some(.some) = faults.last, let (key, fault) = faults.lazy.compactMap(\.self).first {
      throw PEFTError.unsupported(path: path, key: key, got: fault.got, reason: fault.reason)
    }
    let found = Set(chosen.map(\.site.projection))
    return Projection.allCases.filter(found.contains)
  }

  private func filtered(_ modules: [Module], _ rule: Rule, key: String) throws -> [Module] {
    switch rule {
    case .all: return modules
    case .pattern(let pattern):
      var work = NamePattern.mostWork
      do {
        return try modules.filter { try pattern.matches($0.name, work: &work) }
      } catch let refusal as NamePattern.Refusal {
        throw PEFTError.unsupported(path: path, key: key, got: "a pattern", reason: refusal.reason)
      }
    case .names(let names):
      // By their ends: each module has as many as its name has dots.
      let wanted = Set(names.map(ExactText.init))
      var used: Set<ExactText> = []
      let found = modules.filter { module in
        var rest = module.name[...]
        var fits = false
        while true {
          let end = ExactText(String(rest))
          if wanted.contains(end) {
            used.insert(end)
            fits = true
          }
          guard let dot = rest.firstIndex(of: ".") else { return fits }
          rest = rest[rest.index(after: dot)...]
        }
      }
      if key == "target_modules", let unused = names.first(where: { !used.contains(ExactText($0)) }) {
        throw PEFTError.unsupported(
          path: path, key: key, got: JSONTree.text(unused).description,
          reason:
            "experts plug into \(Self.known) of the decoder's \(modules.last.map { $0.layer + 1 } ?? 0) layers only")
      }
      return found
    }
  }

  /// What is wrong unless a projection is chosen in all positions that have it, or in none.
  private func fault(_ chosen: [Module], of modules: [Module]) -> (got: String, reason: String)? {
    guard !chosen.isEmpty else {
      return ("a choice of no module", "experts plug into \(Self.known) of the decoder's layers")
    }
    for projection in Projection.allCases {
      let all = modules.filter { $0.site.projection == projection }
      let some = chosen.filter { $0.site.projection == projection }
      if !some.isEmpty, some.count != all.count {
        return (
          "a choice of \(projection.rawValue) in \(some.count) of \(all.count) modules",
          "an expert has the same projections in every layer"
        )
      }
    }
    return nil
  }
}
