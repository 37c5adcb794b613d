import Decoder
public import Files
public import Foundation
public import ModelConfiguration
public import Torch

/// An expert as parts of something larger: the two files of PEFT's folder, without the folder.
extension LowRankExpert {
  /// `adapter_config.json`.
  public func adapterConfiguration() throws -> Data { try shape.adapterConfiguration() }

  /// Writes `adapter_model.safetensors` under any name.
  /// - Returns: SHA-256 of the file.
  /// - Throws: `FileError`.
  @discardableResult
  public func writeAdapter(to url: URL) throws -> Digest {
    try SafetensorsFile.write(peftTensors, metadata: ["format": "pt"], to: url)
  }

  /// Reads an `adapter_model.safetensors` whose shape is known: every tensor is used and every slot filled.
  ///
  /// On a CPU, factors in bfloat16 and float32 stay where the file is mapped; those in float16 are widened to float32. A device has factors of
  /// these types, too.
  ///
  /// - Parameter file: The file, which nobody changes while the expert is used.
  /// - Parameter shape: What was written.
  /// - Parameter base: The decoder that it plugs into.
  /// - Parameter device: Where its tensors go.
  /// - Throws: ``PEFTError``, ``ExpertError``, `TorchError`.
  public init(
    adapter file: SafetensorsFile, shape: LowRankShape, for base: DecoderConfiguration, on device: Device = .cpu
  ) throws {
    let slots = try PEFTSlots(file, shape, base)
    let read = try LowRankExpert(shape, on: base) { position, input, output in
      LowRankPair(
        a: try slots.mapped(position(.a), [shape.rank, input]).moved(to: device),
        b: try slots.mapped(position(.b), [output, shape.rank]).moved(to: device), scaling: shape.scaling)
    }
    self.init(
      shape, pairs: read.pairs, feedForwardPath: read.feedForwardPath,
      mappedBytes: try read.tensors.values.reduce(0) { $0 + (try file.maps($1) ? $1.byteCount : 0) })
  }
}

extension LowRankShape {
  /// `adapter_config.json`.
  ///
  /// - Parameter base: Where the base is, for PEFT's `base_model_name_or_path`; `nil`: it is not said.
  /// - Parameter revision: Which commit of it, where that is a name on Hugging Face's hub.
  public func adapterConfiguration(base: String? = nil, revision: String? = nil) throws -> Data {
    try JSONFile.encode(PEFTConfiguration.Form(self, base: base, revision: revision))
  }
}
