/// What moves the weights of a base that is pretrained.
public enum OptimizerKind: String, Sendable, CaseIterable, Codable {
  /// AdamW for all tensors.
  case adamw
  /// Muon for the matrices inside of layers, AdamW for embedding, router and gains.
  case muon
}
