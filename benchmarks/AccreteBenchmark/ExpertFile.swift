import Decoder
import Experts
import Foundation
import ModelConfiguration
import Torch

/// The LoRA expert that both sides use in scoring and generation, so that their answers can be compared.
enum ExpertFile {
  static func read(_ url: URL, for base: DecoderConfiguration) throws -> LowRankExpert {
    let file = try SafetensorsFile(url)
    var tensors: [String: Tensor] = [:]
    for name in file.names { tensors[name] = try file.tensor(name) }
    return try LowRankExpert(LowRankShape(), for: base, tensors: tensors, where: url.path)
  }
}
