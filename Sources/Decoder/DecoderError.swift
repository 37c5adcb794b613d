public import Files
public import Torch

/// What can be wrong with a checkpoint, or with what is fed to it.
public enum DecoderError: AccreteError, Equatable {
  // MARK: Weights

  /// The folder has no `model.safetensors` and no index.
  case noWeights(folder: String)
  /// No file names a token that ends a text.
  case noEndToken(folder: String)
  /// Tensors that the model needs and the files lack, and tensors that no slot takes.
  case tensorNamesDiffer(folder: String, missing: [String], unused: [String])
  case tensorShapeDiffers(file: String, name: String, expected: [Int], got: [Int])
  case invalidIndex(path: String, reason: String)
  /// A tensor's finite number would be infinite in the type in which the tensor is to be held.
  case weightTooLarge(file: String, name: String, type: DType, largest: String)
  /// A layer's routed experts are in one tensor, where each has to have tensors of its own. `use`: "merged into", "pretrained from".
  case fusedExperts(folder: String, use: String)
  /// A part of a matrix in 4 bits is not what its checkpoint says.
  case packedPart(file: String, name: String, expected: String, got: String)
  /// Matrices are packed into 4 bits, where their numbers are to be changed. `use`: as above.
  case packedBase(folder: String, use: String)

  // MARK: Input

  /// What was computed is infinite or NaN, although the weights are finite.
  case resultNotFinite(what: String)
  case tokenOutOfRange(id: Int, vocabularySize: Int)
  case sequenceTooLong(length: Int, limit: Int)
  case emptyInput
  /// Experts that only a training pass has, where text is to be generated.
  case trainingSelection
  case vocabularyMismatch(base: String, model: Int, tokenizer: Int)
  /// Products of bfloat16 are asked for, and matrices are held in another precision.
  case computeNeedsHalf(base: String, held: String)

  public var category: ErrorCategory {
    switch self {
    case .noWeights, .noEndToken, .tensorNamesDiffer, .tensorShapeDiffers, .invalidIndex, .weightTooLarge,
      .fusedExperts, .packedPart, .packedBase, .resultNotFinite, .tokenOutOfRange, .emptyInput, .trainingSelection,
      .vocabularyMismatch:
      .data
    case .sequenceTooLong: .tooLarge
    case .computeNeedsHalf: .usage
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .noWeights(let folder):
      "\(folder): has neither model.safetensors nor model.safetensors.index.json. Is this a Hugging Face model folder?"
    case .noEndToken(let folder):
      "\(folder): neither generation_config.json nor config.json names an end token (eos_token_id), which ends every answer."
    case .tensorNamesDiffer(let folder, let missing, let unused):
      "\(folder): the weights do not fit config.json. Missing: \(Self.list(missing)). Unused: \(Self.list(unused))."
        + " Fetch the checkpoint again, or correct config.json."
    case .tensorShapeDiffers(let file, let name, let expected, let got):
      "\(file): `\(name)` has shape \(got), config.json asks for \(expected)"
    case .invalidIndex(let path, let reason):
      "\(path): \(reason). Fetch the index again."
    case .weightTooLarge(let file, let name, let type, let largest):
      "\(file): tensor `\(name)` holds a number that \(type) cannot: its largest is \(largest). "
        + (type == .bfloat16 ? "Use --weights float32." : "Use an earlier checkpoint: this one has diverged.")
    case .fusedExperts(let folder, let use):
      "\(folder): keeps a layer's routed experts in one tensor (mlp.experts.gate_up_proj), which cannot be \(use)."
        + " Use a checkpoint with tensors of each expert (mlp.experts.0.gate_proj.weight and so on)."
    case .packedPart(let file, let name, let expected, let got):
      "\(file): `\(name)`: expected \(expected), got \(got). Fetch the checkpoint again, or correct quantization_config in config.json."
    case .packedBase(let folder, let use):
      "\(folder): keeps its matrices in 4 bits (GPTQ or AWQ), which cannot be \(use)."
        + " Use the checkpoint in bfloat16, float16 or float32 that it was made of."
    case .resultNotFinite(let what):
      "\(what) hold infinite values or NaN: some weights of the base or of the experts are so large that products"
        + " overflow float32. Use an earlier checkpoint, or other experts."
    case .tokenOutOfRange(let id, let vocabularySize):
      "token id \(id) is outside of the vocabulary of \(vocabularySize)"
    case .sequenceTooLong(let length, let limit):
      "\(length) tokens, but the model reads at most \(limit) (max_position_embeddings)"
    case .emptyInput:
      "no tokens: give at least one"
    case .trainingSelection:
      "these experts exist in a training pass only (dropout, or something that watches it): generate with the experts that it trains"
    case .vocabularyMismatch(let base, let model, let tokenizer):
      "\(base): tokenizer.json has ids for \(tokenizer) tokens but the model's vocabulary is \(model)."
        + " Use the tokenizer that belongs to this checkpoint."
    case .computeNeedsHalf(let base, let held):
      "--compute bfloat16: the matrices of \(base) are held in \(held), and a processor multiplies bfloat16 only with matrices"
        + " that are held in it. Give --weights bfloat16, or leave --compute out."
    }
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    return names.listed
  }
}
