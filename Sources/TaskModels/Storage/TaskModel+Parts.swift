import Decoder
import Experts
import Files
public import Foundation
import Learning
public import ModelConfiguration
import Records
public import Torch

/// The files of a task model: what a registry keeps as blobs, each under its role.
extension TaskModel {
  /// `adapter_model.safetensors` of the expert, in bfloat16.
  public static let tensorsRole = "tensors"
  /// `adapter_config.json` of the expert.
  public static let adapterRole = "adapterConfig"
  /// Closed-form and trained head.
  public static let headRole = "head"

  private static let (ridgeWeights, ridgeBias, trained) = ("ridge.weights", "ridge.bias", "trained.weights")

  /// Writes the files that there are.
  ///
  /// - Parameter folder: A folder that is there.
  /// - Returns: Each file by its role.
  /// - Throws: `FileError`, `TorchError`.
  public func writeParts(to folder: URL) throws -> [String: URL] {
    var files: [String: URL] = [:]
    if let expert {
      files[Self.tensorsRole] = folder.appendingPathComponent("adapter_model.safetensors")
      files[Self.adapterRole] = folder.appendingPathComponent("adapter_config.json")
      try files[Self.tensorsRole].map { _ = try expert.rounded().writeAdapter(to: $0) }
      try files[Self.adapterRole].map { try AtomicFile.write(expert.adapterConfiguration(), to: $0) }
    }
    var heads: [String: Tensor] = [:]
    if let ridge { (heads[Self.ridgeWeights], heads[Self.ridgeBias]) = (ridge.weights, ridge.bias) }
    heads[Self.trained] = trainedHead
    if !heads.isEmpty {
      let file = folder.appendingPathComponent("head.safetensors")
      try SafetensorsFile.write(heads, metadata: ["format": "pt"], to: file)
      files[Self.headRole] = file
    }
    return files
  }

  /// Reads a task model.
  ///
  /// - Parameter description: What its manifest says.
  /// - Parameter name: Names it in errors, such as `spam@1`.
  /// - Parameter base: The decoder that it plugs into.
  /// - Parameter device: Where its expert goes.
  /// - Parameter part: The file of a role; `nil`: the version has none.
  /// - Throws: ``TaskModelError/partDiffers(version:part:reason:)``; `PEFTError`; what `part` throws.
  public init(
    _ description: TaskModelDescription, named name: String, base: DecoderConfiguration, device: Device = .cpu,
    part: (String) throws -> URL?
  ) throws {
    func missing(_ role: String) -> TaskModelError {
      .partDiffers(version: name, part: role, reason: "is missing, and its manifest says that there is one")
    }
    func refuse(_ part: String, for problem: String?) throws {
      if let problem { throw TaskModelError.partDiffers(version: name, part: part, reason: problem) }
    }
    try refuse("form", for: description.form.problem())
    var expert: LowRankExpert?
    if let shape = description.shape {
      guard let file = try part(Self.tensorsRole) else { throw missing(Self.tensorsRole) }
      expert = try LowRankExpert(adapter: SafetensorsFile(file), shape: shape, for: base, on: device)
    }
    let file = try part(Self.headRole).map { try SafetensorsFile($0) }
    func tensor(_ key: String) throws -> Tensor {
      guard let file else { throw missing(Self.headRole) }
      let tensor = try file.tensor(key).cloned()
      guard try tensor.holdsFiniteNumbers() else {
        throw TaskModelError.partDiffers(
          version: name, part: key, reason: "holds infinite values or no numbers, which no answer can be made of")
      }
      return tensor
    }
    let labels = description.form.labels.count
    func require(_ tensor: Tensor, _ shape: [Int], _ part: String) throws {
      guard tensor.shape == shape else {
        throw TaskModelError.partDiffers(
          version: name, part: part, reason: "has shape \(tensor.shape), where \(shape) belongs")
      }
    }
    var ridge: RidgeHead?
    if let sharpness = description.sharpness {
      guard (1e-6...1e6).contains(sharpness) else {
        throw TaskModelError.partDiffers(
          version: name, part: "sharpness", reason: "is \(sharpness), where 0.000001 to 1000000 belongs")
      }
      let (weights, bias) = (try tensor(Self.ridgeWeights), try tensor(Self.ridgeBias))
      try require(weights, [labels, base.hiddenSize], Self.ridgeWeights)
      try require(bias, [labels], Self.ridgeBias)
      ridge = RidgeHead(weights: weights, bias: bias, sharpness: sharpness)
    }
    let isSet = description.form.kind == .severalLabels
    let trained =
      description.head == .trained || (isSet && description.head == .both) ? try tensor(Self.trained) : nil
    if let trained { try require(trained, [labels, base.hiddenSize], Self.trained) }
    let combination = description.combination
    if description.form.kind == .label {
      let problem =
        combination.map { $0.problem(labels: labels, hasExpert: expert != nil, hasRidge: ridge != nil) } ?? "is missing"
      try refuse("combination", for: problem)
    } else if combination != nil {
      try refuse("combination", for: "does not belong to answers of this kind")
    }
    if isSet {
      let problem =
        description.labelSets.map {
          $0.problem(labels: labels, hasExpert: expert != nil && trained != nil, hasRidge: ridge != nil)
        } ?? "is missing"
      try refuse("combination", for: problem)
    }
    self.init(
      form: description.form, expert: expert, trainedHead: try trained?.moved(to: device), ridge: ridge,
      combination: combination, labelSets: isSet ? description.labelSets : nil,
      compute: description.compute ?? .float32)
  }
}
