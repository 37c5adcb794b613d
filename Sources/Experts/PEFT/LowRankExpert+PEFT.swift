import Decoder
import Files
public import Foundation
public import ModelConfiguration
public import Torch

extension LowRankExpert {
  /// Reads an adapter's folder as PEFT writes it: `adapter_config.json` and `adapter_model.safetensors`. Strict: what a plain LoRA
  /// does not compute is refused, every tensor is used and every slot filled. Half-precision values are widened to float32.
  ///
  /// PEFT does not say which base an adapter belongs to; only names and shapes show that it fits.
  ///
  /// - Parameters:
  ///   - folder: The adapter's.
  ///   - base: The decoder that it plugs into.
  ///   - device: Where its tensors go.
  /// - Throws: ``PEFTError``, `FileError`, `TorchError.malformedSafetensors`.
  public init(peft folder: URL, for base: DecoderConfiguration, on device: Device = .cpu) throws {
    let configuration = try Self.file(
      PEFTConfiguration.fileName, in: folder, fix: "Give the folder that PEFT's save_pretrained wrote.")
    let hasPickle = FolderFile.exists("adapter_model.bin", in: folder)
    let tensors = try Self.file(
      PEFTNames.fileName, in: folder,
      fix: hasPickle
        ? "adapter_model.bin is a pickle, which is not read: save it again in PEFT with safe_serialization=True."
        : "Give the folder that PEFT's save_pretrained wrote.")
    let said = try PEFTConfiguration(configuration)
    let file = try SafetensorsFile(tensors)
    // PEFT says it by names that end alike; which modules there are decides, and slots must fit names anyhow.
    let shape = try said.shape(for: base, routed: base.moe != nil && file.names.contains(where: PEFTNames.isRouted))
    try self.init(PEFTSlots(file, shape, base), shape: shape, for: base, on: device)
    if let position = try positionOfOverflow() {
      throw PEFTError.overflows(
        path: file.url.path, name: PEFTNames.tensor(position, base.feedForwardPath), scaling: "\(shape.scaling)")
    }
  }

  /// An expert of the tensors of an adapter's file.
  init(_ slots: PEFTSlots, shape: LowRankShape, for base: DecoderConfiguration, on device: Device) throws {
    try self.init(shape, on: base) { position, input, output in
      LowRankPair(
        a: try slots.tensor(position(.a), [shape.rank, input]).moved(to: device),
        b: try slots.tensor(position(.b), [output, shape.rank]).moved(to: device), scaling: shape.scaling)
    }
  }

  private static func file(_ name: String, in folder: URL, fix: String) throws -> URL {
    guard FolderFile.exists(name, in: folder) else {
      throw PEFTError.noAdapter(folder: folder.path, missing: name, fix: fix)
    }
    return try FolderFile.url(name, in: folder)
  }
}

/// The tensors of an adapter's file by the slots that they fill.
struct PEFTSlots {
  let file: SafetensorsFile
  /// The name in the file of each slot's tensor.
  private let stored: [String: String]
  private let feedForwardPath: String

  /// - Throws: ``PEFTError/tensorNamesDiffer(path:missing:unused:)`` unless names and slots are the same.
  init(_ file: SafetensorsFile, _ shape: LowRankShape, _ base: DecoderConfiguration) throws {
    self.file = file
    feedForwardPath = base.feedForwardPath
    let slots = Set(FactorPosition.all(shape, on: base).map { PEFTNames.tensor($0, base.feedForwardPath) })
    var stored: [String: String] = [:]
    var unused: [String] = []
    for name in file.names {
      let slot = PEFTNames.withoutAdapter(name)
      // A slot that two names claim leaves one of them without a place.
      if slots.contains(slot), stored[slot] == nil { stored[slot] = name } else { unused.append(name) }
    }
    let missing = slots.filter { stored[$0] == nil }.sorted()
    guard missing.isEmpty, unused.isEmpty else {
      throw PEFTError.tensorNamesDiffer(path: file.url.path, missing: missing, unused: unused)
    }
    self.stored = stored
  }

  /// A slot's tensor in float32, in memory of its own: the file may change or go.
  func tensor(_ position: FactorPosition, _ shape: [Int]) throws -> Tensor {
    let tensor = try checked(position, shape)
    return try tensor.dtype == .float32 ? tensor.cloned() : tensor.converted(to: .float32)
  }

  /// The same where it is mapped, in the file's type; float16 in float32, in memory of its own.
  func mapped(_ position: FactorPosition, _ shape: [Int]) throws -> Tensor {
    let tensor = try checked(position, shape)
    return tensor.dtype == .float16 ? try tensor.converted(to: .float32) : tensor
  }

  private func checked(_ position: FactorPosition, _ shape: [Int]) throws -> Tensor {
    let slot = PEFTNames.tensor(position, feedForwardPath)
    guard let name = stored[slot] else {
      throw PEFTError.tensorNamesDiffer(path: file.url.path, missing: [slot], unused: [])
    }
    let tensor = try file.tensor(name)
    guard tensor.shape == shape else {
      throw PEFTError.shapeDiffers(path: file.url.path, name: name, expected: shape, got: tensor.shape)
    }
    guard let type = tensor.dtype, [.float32, .float16, .bfloat16].contains(type) else {
      throw PEFTError.unsupportedType(
        path: file.url.path, name: name, got: tensor.dtype?.rawValue ?? "an unknown one")
    }
    guard try tensor.holdsFiniteNumbers() else { throw PEFTError.notFinite(path: file.url.path, name: name) }
    return tensor
  }
}
