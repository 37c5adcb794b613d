public import Files

/// What can be wrong with an adapter that PEFT, or somebody in its name, has written.
public enum PEFTError: AccreteError, Equatable {
  // MARK: The folder

  /// The folder lacks one of the two files of an adapter.
  case noAdapter(folder: String, missing: String, fix: String)

  // MARK: adapter_config.json

  /// A key that must be there is not.
  case missingKey(path: String, key: String, expected: String)
  /// A key has a value of another type, or one out of its range.
  case invalidValue(path: String, key: String, expected: String, got: String)
  /// A key asks for something that a plain low-rank expert does not compute.
  case unsupported(path: String, key: String, got: String, reason: String)

  // MARK: adapter_model.safetensors

  /// Tensors that the configuration asks for and the file lacks, and tensors that no slot takes.
  case tensorNamesDiffer(path: String, missing: [String], unused: [String])
  case shapeDiffers(path: String, name: String, expected: [Int], got: [Int])
  case unsupportedType(path: String, name: String, got: String)
  /// A tensor holds an infinite value or NaN.
  case notFinite(path: String, name: String)
  /// Every number is finite, and what the adapter adds is not: numbers or `lora_alpha / r` too large for float32.
  case overflows(path: String, name: String, scaling: String)

  public var category: ErrorCategory { .data }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .noAdapter(let folder, let missing, let fix):
      "\(folder): is not a PEFT adapter: \(missing) is missing. \(fix)"
    case .missingKey(let path, let key, let expected):
      "\(path): `\(key)` is missing; expected: \(expected). PEFT's save_pretrained writes it."
    case .invalidValue(let path, let key, let expected, let got):
      "\(path): `\(key)` is \(got); expected: \(expected)"
    case .unsupported(let path, let key, let got, let reason):
      "\(path): `\(key)` is \(got), which is not supported: \(reason)"
    case .tensorNamesDiffer(let path, let missing, let unused):
      "\(path): the tensors are not those that adapter_config.json and the base ask for."
        + " Missing: \(Self.list(missing)). Unused: \(Self.list(unused))."
        + " Was the adapter trained on another base, or with other `target_modules`?"
    case .shapeDiffers(let path, let name, let expected, let got):
      "\(path): `\(name)` has shape \(got), expected \(expected)."
        + " Was the adapter trained on another base, or is `r` in adapter_config.json another one?"
    case .unsupportedType(let path, let name, let got):
      "\(path): `\(name)` has elements of type \(got); expected: float32, float16 or bfloat16"
    case .notFinite(let path, let name):
      "\(path): `\(name)` holds infinite values or NaN: its training diverged, or the file is damaged."
        + " Use an earlier checkpoint of the adapter."
    case .overflows(let path, let name, let scaling):
      "\(path): \(scaling) (lora_alpha / r) times `\(name)` and its partner is beyond float32: what the adapter adds would be"
        + " infinite. Its training diverged, or adapter_config.json or the file is damaged."
    }
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    // Names come from a file: quoted, so that nothing in them reaches a terminal as it is.
    let shown = names.prefix(4).map { String($0.prefix(120)).debugDescription }.joined(separator: ", ")
    return names.count > 4 ? shown + ", … and \(names.count - 4) more" : shown
  }
}
