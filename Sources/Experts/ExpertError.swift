import Files

/// What can be wrong with an expert or with its files.
public enum ExpertError: Error, Equatable, CustomStringConvertible {
  case invalidHyperparameter(name: String, value: String, allowed: String)
  /// A stored expert belongs to another base model.
  case otherBase(expert: String, expected: String, got: String)
  case missingTensor(where: String, name: String)
  case unusedTensors(where: String, names: [String])
  case shapeDiffers(where: String, name: String, expected: [Int], got: [Int])
  /// The bytes of an expert are not those that were stored.
  case digestDiffers(expert: String, expected: String, got: String)
  case unsafeName(String)
  /// A selection was made for another number of rows than the batch has.
  case rowsDiffer(expected: Int, got: Int)

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalidHyperparameter(let name, let value, let allowed):
      "\(name) is \(value); allowed: \(allowed)"
    case .otherBase(let expert, let expected, let got):
      "expert `\(expert)` was learned on the base \(expected), this base is \(got). Load the base that it belongs to."
    case .missingTensor(let place, let name):
      "\(place): tensor `\(name)` is missing. Was the file written by another method or with another rank?"
    case .unusedTensors(let place, let names):
      "\(place): these tensors have no place: \(names.prefix(8).joined(separator: ", "))"
    case .shapeDiffers(let place, let name, let expected, let got):
      "\(place): `\(name)` has shape \(got), expected \(expected)"
    case .digestDiffers(let expert, let expected, let got):
      "expert `\(expert)` has changed since it was stored: digest \(got), recorded \(expected). Restore its folder."
    case .rowsDiffer(let expected, let got):
      "the experts were chosen for \(expected) rows, the batch has \(got)"
    case .unsafeName(let name):
      "`\(name)` cannot be an expert's name: use letters, digits, `.`, `_`, `-`, and no leading dot"
    }
  }
}
