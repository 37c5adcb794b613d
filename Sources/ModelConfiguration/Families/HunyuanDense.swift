/// Hunyuan 0.5B to 7B: RMSNorm over each head after rotation, whatever the file says; α.
struct HunyuanDense: FamilyDescriptor {
  let architecture = "HunYuanDenseV1ForCausalLM"
  let modelType = "hunyuan_v1_dense"
  let names = LayerNames.hunyuan
  let missing = MissingKeys(normEpsilon: 1e-5)
  let readsAlpha = true

  func headNorm(_ reader: ConfigurationReader) -> HeadNormOrder? { .afterRotation }
}

extension LayerNames {
  static let hunyuan = LayerNames(
    queryNorm: "self_attn.query_layernorm", keyNorm: "self_attn.key_layernorm", router: "mlp.gate.wg",
    common: "mlp.shared_mlp")
}
