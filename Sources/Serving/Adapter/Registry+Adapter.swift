import Decoder
import Experts
public import Files
public import Foundation
import Generation
public import ModelConfiguration
public import Registry
public import TaskModels

/// What an exported adapter is: `accrete.json` beside PEFT's two files.
///
/// PEFT loads the expert alone. A version answers by more: which labels it chooses among, the words around a text, a closed-form head
/// (`head.safetensors`) and the combination of both.
public struct AdapterRecord: Sendable, Codable, Equatable {
  public let schema: Int
  /// `spam@2`.
  public let version: String
  /// The version's digest.
  public let digest: Digest
  /// The digest of `adapter_model.safetensors`.
  public let tensors: Digest
  /// The base's digest over its weight files.
  public let base: Digest
  public let model: TaskModelDescription
  /// The base's architecture, where transformers has no class for it, so that PEFT cannot load the base either; `nil`: it has one.
  public let unknownArchitecture: String?
}

extension Registry {
  /// Writes a version's expert as a folder that PEFT reads, byte for byte as it is stored.
  ///
  /// - Parameter version: Which one.
  /// - Parameter base: Where the base is today; `nil`: where the registry says.
  /// - Parameter folder: It must not exist yet; nothing is left of it if this throws.
  /// - Throws: ``ServingError/noExpert(version:)`` where a closed-form head answers alone; ``ServingError/severalLabels(version:)``;
  ///   `RegistryError`, `FileError`.
  @discardableResult
  public func exportAdapter(_ version: VersionRecord, base given: URL? = nil, to folder: URL) throws -> AdapterRecord {
    let name = "\(version.reference)"
    let manifest = try manifest(of: version)
    let model = try manifest.taskModel(of: name).description
    guard model.form.kind != .severalLabels else { throw ServingError.severalLabels(version: name) }
    guard let shape = model.shape, let tensors = manifest.parts[TaskModel.tensorsRole] else {
      throw ServingError.noExpert(version: name)
    }
    let base = try base()
    let path = (given ?? URL(fileURLWithPath: base.path, relativeTo: url)).standardizedFileURL.path
    let configuration = try? DecoderConfiguration(folder: URL(fileURLWithPath: path))
    let record = AdapterRecord(
      schema: 1, version: name, digest: version.digest, tensors: tensors.digest, base: base.weights, model: model,
      unknownArchitecture: configuration?.unknownToTransformers)
    let hub = HubCache.name(of: URL(fileURLWithPath: path))
    let card = AdapterCard(
      record: record, base: hub?.repository ?? path, metrics: try metrics(of: version),
      findings: gateFindings(try gates(of: version)))
    return try NewFolder.make(folder) { folder in
      try AtomicFile.write(blob(tensors.digest), to: folder.appendingPathComponent("adapter_model.safetensors"))
      try AtomicFile.write(
        shape.adapterConfiguration(base: hub?.repository ?? path, revision: hub?.revision),
        to: folder.appendingPathComponent("adapter_config.json"))
      if let head = manifest.parts[TaskModel.headRole] {
        try AtomicFile.write(blob(head.digest), to: folder.appendingPathComponent("head.safetensors"))
      }
      try AtomicFile.write(JSONFile.encode(record), to: folder.appendingPathComponent("accrete.json"))
      try AtomicFile.write(AdapterProgram.text, to: folder.appendingPathComponent(AdapterProgram.file))
      try AtomicFile.write(card.text, to: folder.appendingPathComponent("README.md"))
      return record
    }
  }

  /// What each gate said, in words; none where the report is in a form of others.
  private func gateFindings(_ gates: [GateRecord]) -> [String] {
    guard let last = gates.last, let data = try? blob(last.report.digest),
      let report = try? JSONFile.decode(JSONTree.self, from: data, path: "gates"),
      case .list(let all)? = report["gates"]
    else { return [] }
    return all.compactMap { gate in
      gate["finding"]?.string.map { "\(gate["id"]?.string ?? "") \(gate["verdict"]?["verdict"]?.string ?? ""): \($0)" }
    }
  }
}

extension DecoderConfiguration {
  /// Families whose published checkpoints bring their own program; transformers 5.23 has no class of that name.
  private static let withoutClass = ["HunYuanForCausalLM"]

  /// The architecture, where transformers has no class for it, so that PEFT cannot load a model of it; `nil`: it has one.
  public var unknownToTransformers: String? {
    Self.withoutClass.contains(family.architecture) ? family.architecture : nil
  }
}
