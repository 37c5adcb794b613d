import Files

/// The model of a tokenizer file, as it is written.
struct ModelFile {
  /// Where it is, for errors.
  let place: JSONPlace
  /// Ids by the UTF-8 of their spelling.
  let ids: [[UInt8]: Int]
  /// In order of rank.
  let merges: [(left: [UInt8], right: [UInt8])]
  let ignoresMerges: Bool
  let fallsBackToBytes: Bool
  let fusesUnknown: Bool
  let unknownToken: [UInt8]?
}

extension Reading {
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
      place: model, ids: try ids(model.required("vocab")), merges: try merges(model.required("merges")),
      ignoresMerges: try model.flag("ignore_merges", default: false),
      fallsBackToBytes: try model.flag("byte_fallback", default: false),
      fusesUnknown: try model.flag("fuse_unk", default: false), unknownToken: try model.optional("unk_token")?.bytes())
  }

  private func ids(_ place: JSONPlace) throws -> [[UInt8]: Int] {
    var ids: [[UInt8]: Int] = [:]
    let members = try place.members()
    ids.reserveCapacity(members.count)
    for member in members {
      guard case .integer(let id) = member.value else {
        let key = place.key(of: String(decoding: member.name, as: UTF8.self))
        throw JSONPlace(value: member.value, key: key, file: place.file).malformed("a whole number")
      }
      guard ids.updateValue(id, forKey: member.name) == nil else {
        throw place.inconsistent("each token once", got: "\"\(String(decoding: member.name, as: UTF8.self))\" again")
      }
    }
    return ids
  }

  /// The merges, written as pairs `["a", "b"]` or, before version 0.20, as lines `"a b"`.
  private func merges(_ place: JSONPlace) throws -> [(left: [UInt8], right: [UInt8])] {
    guard case .list(let list) = place.value else { throw place.malformed("a list") }
    var merges: [(left: [UInt8], right: [UInt8])] = []
    merges.reserveCapacity(list.count)
    for (index, value) in list.enumerated() {
      switch value {
      // The head of a merges.txt, which some files have kept.
      case .text(let line) where line.starts(with: "#version".utf8): continue
      case .text(let line):
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw self.merge(value, index, place, got: "\(parts.count) tokens") }
        merges.append((Array(parts[0]), Array(parts[1])))
      case .list(let parts):
        guard parts.count == 2, case .text(let left) = parts[0], case .text(let right) = parts[1] else {
          throw self.merge(value, index, place, got: "\(parts.count) values, not all of them tokens")
        }
        merges.append((left, right))
      default: throw self.merge(value, index, place, got: value.kind)
      }
    }
    return merges
  }

  private func merge(_ value: JSONTree, _ index: Int, _ place: JSONPlace, got: String) -> TokenizationError {
    JSONPlace(value: value, key: "\(place.key)[\(index)]", file: place.file).malformed("two tokens", got: got)
  }
}
