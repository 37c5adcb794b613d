import ModelConfiguration
import Torch

/// The tensors that stand for a matrix of 4 bits in a checkpoint of GPTQ or AWQ.
enum PackedParts {
  static let words = ".qweight"
  static let zeros = ".qzeros"
  static let scales = ".scales"
  static let groups = ".g_idx"
  static let bias = ".bias"
  private static let weight = ".weight"

  static func isBias(_ name: String) -> Bool { name.hasSuffix(bias) }

  /// What a matrix's name begins with; `nil` for another kind of tensor.
  static func stem(of name: String) -> String? {
    name.hasSuffix(weight) ? String(name.dropLast(weight.count)) : nil
  }

  /// Numbers of a matrix that an element of a tensor holds.
  static func numbers(ofElement name: String) -> Int {
    if name.hasSuffix(words) { return 8 }
    return [zeros, scales, groups].contains(where: name.hasSuffix) ? 0 : 1
  }
}

extension Checkpoint {
  /// Whether a name is that of a matrix in 4 bits.
  package static func isPacked(_ name: String) -> Bool { name.hasSuffix(PackedParts.words) }

  private func packedStem(of name: String) -> String? {
    PackedParts.stem(of: name).flatMap { !contains(name) && contains($0 + PackedParts.words) ? $0 : nil }
  }

  /// The tensors that a model needs, with the parts of a matrix where the files have these.
  ///
  /// - Parameters:
  ///   - wanted: Their names in a checkpoint that packs none.
  ///   - format: How they are packed.
  /// - Throws: ``DecoderError/packedPart(file:name:expected:got:)`` for a bias that the model does not have, unless it is 0.
  func names(of wanted: Set<String>, packedAs format: PackedWeights) throws -> Set<String> {
    var names: Set<String> = []
    for name in wanted {
      guard let stem = packedStem(of: name) else {
        names.insert(name)
        continue
      }
      names.formUnion([PackedParts.words, PackedParts.zeros, PackedParts.scales].map { stem + $0 })
      let (groups, bias) = (stem + PackedParts.groups, stem + PackedParts.bias)
      if format.form == .gptq, format.ordersInputs || contains(groups) { names.insert(groups) }
      // AutoGPTQ writes a bias of zeros for every matrix.
      if !wanted.contains(bias), contains(bias) {
        guard try stored(bias).converted(to: .float32).floats().allSatisfy({ $0 == 0 }) else {
          throw DecoderError.packedPart(
            file: location(of: bias), name: bias, expected: "zeros, as the model has no such bias", got: "other numbers"
          )
        }
        names.insert(bias)
      }
    }
    return names
  }

  func packed(_ name: String, _ shape: [Int], as format: PackedWeights) throws -> CodedMatrix? {
    guard let stem = packedStem(of: name) else { return nil }
    let (outputs, inputs) = (shape[0], shape[1])
    let groups = format.groups(ofInputs: inputs)
    guard outputs.isMultiple(of: 8), inputs.isMultiple(of: 8) else {
      throw DecoderError.packedPart(
        file: location(of: stem + PackedParts.words), name: stem + PackedParts.words,
        expected: "inputs and outputs by eight, as words hold them", got: "\(inputs) inputs and \(outputs) outputs")
    }
    let zeros = try part(stem + PackedParts.zeros, [groups, outputs / 8], [.int32])
    let scales = try part(stem + PackedParts.scales, [groups, outputs], [.float16, .bfloat16, .float32])
    switch format.form {
    case .awq:
      return try CodedMatrix(
        awq: part(stem + PackedParts.words, [inputs, outputs / 8], [.int32]), zeros: zeros, scales: scales,
        groupSize: format.groupSize ?? inputs)
    case .gptq:
      let words = try part(stem + PackedParts.words, [inputs / 8, outputs], [.int32])
      return try CodedMatrix(
        gptq: words, zeros: zeros, scales: scales, grouping: grouping(stem, inputs: inputs, groups: groups, format),
        zerosAreLessOne: format.zerosAreLessOne)
    }
  }

  /// The group of each input: as the file lists them, or neighbours.
  private func grouping(
    _ stem: String, inputs: Int, groups: Int, _ format: PackedWeights
  ) throws -> CodedMatrix.Grouping {
    let name = stem + PackedParts.groups
    guard contains(name) else { return .neighbours(format.groupSize ?? inputs) }
    let list = try part(name, [inputs], [.int32, .int64])
    if let wrong = try list.converted(to: .int64).integers().first(where: { !(0..<groups).contains($0) }) {
      throw DecoderError.packedPart(
        file: location(of: name), name: name, expected: "groups from 0 to \(groups - 1)", got: "group \(wrong)")
    }
    return .each(list)
  }

  /// A part of a matrix, in one of the types that it can have.
  private func part(_ name: String, _ shape: [Int], _ types: [DType]) throws -> Tensor {
    let tensor = try stored(name, shape, on: .cpu)
    guard let type = tensor.dtype, types.contains(type) else {
      throw DecoderError.packedPart(
        file: location(of: name), name: name, expected: types.map(\.rawValue).joined(separator: " or "),
        got: tensor.description)
    }
    return tensor
  }
}
