import Files

extension ConfigurationReader {
  /// How matrices are packed; `nil`: they are not.
  ///
  /// - Throws: ``ConfigurationError`` for every other way, with what it is and what to take instead.
  func packedWeights() throws -> PackedWeights? {
    guard let quantization = raw.quantizationConfig else { return nil }
    func key(_ name: String) -> String { "quantization_config.\(name)" }
    guard let method = quantization["quant_method"]?.string else {
      throw unsupported("quantization_config", "without quant_method", Self.instead())
    }
    guard let form = PackedWeights.Form(rawValue: method.lowercased()) else {
      throw unsupported(key("quant_method"), method.printable, Self.instead(of: method))
    }
    let bits = quantization["bits"] ?? quantization["w_bit"]
    guard bits?.integer == 4 else {
      throw unsupported(key("bits"), bits?.description ?? "missing", "4; otherwise \(Self.original)")
    }
    let group = quantization["group_size"] ?? quantization["q_group_size"]
    // Both write −1 for one group of all inputs.
    guard let size = group?.integer, size == -1 || (1...1 << 20).contains(size) else {
      throw invalid(key("group_size"), group?.description ?? "missing", "-1 (all inputs), or 1 to \(1 << 20)")
    }
    // GPTQModel writes either key.
    let named = form == .awq ? quantization["version"] : quantization["checkpoint_format"] ?? quantization["format"]
    let format = named?.string?.lowercased()
    let known = form == .awq ? ["gemm"] : ["gptq", "gptq_v2"]
    if let format, !known.contains(format) {
      throw unsupported(
        key(form == .awq ? "version" : "checkpoint_format"), format.printable,
        "\(known.joined(separator: " or ")); otherwise \(Self.original)")
    }
    if case .boolean(true)? = quantization["is_marlin_format"] {
      throw unsupported(key("is_marlin_format"), "true", "false; otherwise \(Self.original)")
    }
    // GPTQModel may pack into words of other widths, which hold other numbers of codes.
    if let word = quantization["pack_dtype"], word != .null, word.string?.hasSuffix("int32") != true {
      throw unsupported(
        key("pack_dtype"), word.string?.printable ?? word.description, "int32; otherwise \(Self.original)")
    }
    if case .object(let rules)? = quantization["dynamic"], !rules.isEmpty {
      throw unsupported(
        key("dynamic"), "\(rules.count) rules", "the same bits and groups everywhere; otherwise \(Self.original)")
    }
    var orders = false
    if case .boolean(true)? = quantization["desc_act"] { orders = form == .gptq }
    return PackedWeights(
      form: form, groupSize: size == -1 ? nil : size, ordersInputs: orders,
      zerosAreLessOne: form == .gptq && format != "gptq_v2")
  }

  private static let original = "take the checkpoint in bfloat16, float16 or float32"

  private static func instead(of method: String = "") -> String {
    let name = method.lowercased()
    let precision = name.contains("fp8") || name.contains("compressed") ? "fp8" : "nf4"
    return "gptq and awq (4 bits), or none: \(original), which --weights \(precision) holds as small"
  }
}
