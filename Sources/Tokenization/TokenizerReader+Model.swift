import Files

/// The model of a tokenizer file, as it is written.
struct ModelFile {
  /// Where it is, for errors.
  let location: JSONLocation
  /// Ids by the UTF-8 of their spelling.
  let ids: [[UInt8]: Int]
  /// In order of rank.
  let merges: [(left: [UInt8], right: [UInt8])]
  let ignoresMerges: Bool
  let fallsBackToBytes: Bool
  let fusesUnknown: Bool
  let unknownToken: [UInt8]?
}

extension TokenizerReader {
  /// The model, when it is one that is supported.
  func model() throws -> ModelFile {
    // `truncation` and `padding` are what somebody once saved; transformers cuts and fills only where it is asked to.
    let model = try top.required("model")
    // Absent in files of old versions.
    if let type = try model.optional("type"), try type.text() != "BPE" {
      throw type.unsupported("\"BPE\"", got: "\"\(try type.text())\"")
    }
    try model.requireOptions([
      "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
      "ignore_merges", "vocab", "merges",
    ])
    if let dropout = try model.optional("dropout"), dropout.value != .integer(0), dropout.value != .number(0) {
      throw dropout.unsupported("null or 0", got: dropout.value.kind)
    }
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let affix = try model.optional(name), try !affix.bytes().isEmpty {
        throw affix.unsupported("null or \"\"", got: "\"\(try affix.text())\"")
      }
    }
    return ModelFile(
      location: model, ids: try ids(model.required("vocab")), merges: try merges(model.required("merges")),
      ignoresMerges: try model.flag("ignore_merges", default: false),
      fallsBackToBytes: try model.flag("byte_fallback", default: false),
      fusesUnknown: try model.flag("fuse_unk", default: false), unknownToken: try model.optional("unk_token")?.bytes())
  }

  private func ids(_ location: JSONLocation) throws -> [[UInt8]: Int] {
    var ids: [[UInt8]: Int] = [:]
    let members = try location.members()
    ids.reserveCapacity(members.count)
    for member in members {
      guard case .integer(let id) = member.value else {
        let key = location.key(of: String(decoding: member.name, as: UTF8.self))
        throw JSONLocation(value: member.value, key: key, file: location.file).malformed("a whole number")
      }
      guard ids.updateValue(id, forKey: member.name) == nil else {
        throw location.inconsistent("each token once", got: "\"\(String(decoding: member.name, as: UTF8.self))\" again")
      }
    }
    return ids
  }

  /// The merges, written as pairs `["a", "b"]` or, before version 0.20, as lines `"a b"`.
  private func merges(_ location: JSONLocation) throws -> [(left: [UInt8], right: [UInt8])] {
    guard case .list(let list) = location.value else { throw location.malformed("a list") }
    var merges: [(left: [UInt8], right: [UInt8])] = []
    merges.reserveCapacity(list.count)
    for (index, value) in list.enumerated() {
      switch value {
      // The head of a merges.txt, which some files have kept.
      case .text(let line) where line.starts(with: "#version".utf8): continue
      case .text(let line):
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw self.merge(value, index, location, got: "\(parts.count) tokens") }
        merges.append((Array(parts[0]), Array(parts[1])))
      case .list(let parts):
        guard parts.count == 2, case .text(let left) = parts[0], case .text(let right) = parts[1] else {
          throw self.merge(value, index, location, got: "\(parts.count) values, not all of them tokens")
        }
        merges.append((left, right))
      default: throw self.merge(value, index, location, got: value.kind)
      }
    }
    return merges
  }

  private func merge(_ value: JSONTree, _ index: Int, _ location: JSONLocation, got: String) -> TokenizationError {
    JSONLocation(value: value, key: "\(location.key)[\(index)]", file: location.file).malformed("two tokens", got: got)
  }
}
