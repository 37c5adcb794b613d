public import Files

/// What can go wrong between Swift and libtorch, and in files of tensors.
public enum TorchError: AccreteError, Equatable {
  // MARK: Operations

  /// libtorch cannot be loaded, or what is loaded was not built for it.
  case noLibtorch(reason: String, fix: String)
  /// libtorch refused an operation. `arguments` describes the operands: dtypes and shapes.
  case operationFailed(operation: String, arguments: String, reason: String)
  /// An operation returned something other than what its schema promises.
  case unexpectedResult(operation: String, expected: String, got: String)

  // MARK: Shapes and types

  /// A tensor had another shape than its use needs.
  case shapeMismatch(what: String, expected: [Int], got: [Int])
  /// A tensor had another element type than its use needs.
  case dtypeMismatch(what: String, expected: DType, got: String)
  /// A number of elements does not fill the shape asked for.
  case elementCountMismatch(expected: Int, got: Int)

  // MARK: Autograd and optimizers

  /// A tensor that should be trained has no gradient, or no buffer for one.
  case missingGradient(String)
  /// There is nothing to train.
  case emptyTrainableSet
  /// A hyper-parameter is outside of its range.
  case invalidHyperparameter(name: String, value: String, allowed: String)

  // MARK: Devices

  /// A device name that is not `cpu`, `cuda` or `cuda:N`.
  case unknownDevice(String)
  /// There was no room for what an operation needs.
  case outOfMemory(operation: String, arguments: String, MemoryShortage)
  /// The loaded libtorch has no such device.
  case unavailableDevice(String)
  /// There are CUDA devices, but fewer than the name's number says.
  case noSuchDevice(String, count: Int)

  // MARK: safetensors files

  /// The file breaks a rule of the safetensors format.
  case malformedSafetensors(path: String, rule: String)
  /// The file has no tensor of this name.
  case missingTensor(path: String, name: String)

  /// A tensor of a file holds an infinite value or NaN; `element` counts from 0.
  case notFinite(path: String, name: String, element: Int)

  public var category: ErrorCategory {
    switch self {
    case .invalidHyperparameter, .unknownDevice, .unavailableDevice, .noSuchDevice: .usage
    case .malformedSafetensors, .missingTensor, .notFinite: .data
    case .noLibtorch: .inputOutput
    case .outOfMemory: .resources
    case .operationFailed, .unexpectedResult, .shapeMismatch, .dtypeMismatch, .elementCountMismatch, .missingGradient,
      .emptyTrainableSet:
      .internal
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .noLibtorch(let reason, let fix):
      "libtorch cannot be loaded: \(reason). \(fix)"
    case .operationFailed(let operation, let arguments, let reason):
      "libtorch could not compute \(operation)(\(arguments)): \(reason)"
    case .unexpectedResult(let operation, let expected, let got):
      "\(operation) returned \(got) instead of \(expected)"
    case .shapeMismatch(let what, let expected, let got):
      "\(what) has shape \(got), expected \(expected)"
    case .dtypeMismatch(let what, let expected, let got):
      "\(what) has elements of type \(got), expected \(expected)"
    case .elementCountMismatch(let expected, let got):
      "\(got) values were given for a tensor of \(expected) elements"
    case .missingGradient(let name):
      "`\(name)` requires a gradient but has none: it takes no part in the loss, or no optimizer gave it a gradient buffer"
    case .emptyTrainableSet:
      "nothing to train: the method selected no tensor"
    case .invalidHyperparameter(let name, let value, let allowed):
      "\(name) is \(value); allowed: \(allowed)"
    case .unknownDevice(let name):
      "unknown device `\(name)`; use cpu, cuda or cuda:N"
    case .outOfMemory(let operation, let arguments, let shortage):
      shortage.text(of: "\(operation)(\(arguments))")
    case .unavailableDevice(let name):
      "device `\(name)` is not available: this libtorch is a CPU build, or the machine has no such device."
        + " Use --device cpu, or put a CUDA build of libtorch on LD_LIBRARY_PATH."
    case .noSuchDevice(let name, let count):
      "device `\(name)` is not there: libtorch sees \(count == 1 ? "one CUDA device" : "\(count) CUDA devices"),"
        + " \((0..<count).map { "cuda:\($0)" }.joined(separator: ", ")). Use \(count == 1 ? "it" : "one of them")"
        + " (CUDA_VISIBLE_DEVICES decides which a process sees)."
    case .malformedSafetensors(let path, let rule):
      "\(path): not a valid safetensors file: \(rule). Fetch or write the file again."
    case .missingTensor(let path, let name):
      "\(path): has no tensor named `\(name)`"
    case .notFinite(let path, let name, let element):
      "\(path): tensor `\(name)` holds an infinite value or NaN, the first of them at element \(element): its training"
        + " diverged, or the file is damaged. Fetch the file again, or use an earlier checkpoint."
    }
  }
}
