public import Files
public import Foundation

extension TemplateValue {
  /// Reads JSON, with keys in the order of the text.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text, nested no deeper than `JSONFile.depthLimit`.
  ///   - name: Where it comes from, for errors.
  /// - Throws: ``TemplateError/malformed(file:key:expected:got:)``, which names the line; also for a key that is there
  ///   twice, and for whole numbers that 64 bits do not hold.
  public init(json: Data, name: String) throws {
    do {
      self.init(try JSONTree(json, rules: JSONTree.Rules(wholeNumbersFit: true, keysAreUnique: true)))
    } catch let failure as JSONTree.Failure {
      let line = 1 + json.prefix(failure.position).count { $0 == 0x0A }
      throw TemplateError.malformed(file: name, key: "line \(line)", expected: "JSON", got: failure.reason)
    }
  }

  /// A value that was parsed.
  public init(_ tree: JSONTree) {
    switch tree {
    case .null: self = .none
    case .boolean(let value): self = .boolean(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .float(value)
    case .text(let bytes): self = .text(String(decoding: bytes, as: UTF8.self))
    case .list(let values): self = .list(values.map(TemplateValue.init))
    case .object(let members):
      var object = TemplateObject()
      for member in members { object[String(decoding: member.name, as: UTF8.self)] = TemplateValue(member.value) }
      self = .object(object)
    }
  }
}
