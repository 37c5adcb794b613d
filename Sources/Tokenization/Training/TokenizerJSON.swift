/// A `tokenizer.json` as text: members in the order, and with the line breaks, in which Python's `tokenizers` writes them.
struct TokenizerJSON {
  private(set) var bytes: [UInt8] = []

  init(_ tokenizer: TrainedTokenizer) {
    write("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": ")
    writeAddedTokens(tokenizer)
    write(",\n  \"normalizer\": null,\n  \"pre_tokenizer\": ")
    writePreTokenizer(pattern: tokenizer.options.pattern)
    write(
      """
      ,
        "post_processor": null,
        "decoder": {
          "type": "ByteLevel",
          "add_prefix_space": true,
          "trim_offsets": true,
          "use_regex": true
        },
        "model":\u{20}
      """)
    writeModel(tokenizer)
    write("\n}")
  }

  private mutating func writeAddedTokens(_ tokenizer: TrainedTokenizer) {
    writeList(Array(tokenizer.options.specialTokens.enumerated()), open: "[", close: "]", depth: 2) { writer, token in
      writer.write("{\n      \"id\": \(token.offset),\n      \"content\": ")
      writer.writeString(token.element)
      for (name, value) in [
        ("single_word", false), ("lstrip", false), ("rstrip", false), ("normalized", false), ("special", true),
      ] {
        writer.write(",\n      \"\(name)\": \(value)")
      }
      writer.write("\n    }")
    }
  }

  private mutating func writePreTokenizer(pattern: String) {
    write(
      """
      {
          "type": "Sequence",
          "pretokenizers": [
            {
              "type": "Split",
              "pattern": {
                "Regex":\u{20}
      """)
    writeString(pattern)
    write(
      """

              },
              "behavior": "Isolated",
              "invert": false
            },
            {
              "type": "ByteLevel",
              "add_prefix_space": false,
              "trim_offsets": true,
              "use_regex": false
            }
          ]
        }
      """)
  }

  private mutating func writeModel(_ tokenizer: TrainedTokenizer) {
    write(
      """
      {
          "type": "BPE",
          "dropout": null,
          "unk_token": null,
          "continuing_subword_prefix": null,
          "end_of_word_suffix": null,
          "fuse_unk": false,
          "byte_fallback": false,
          "ignore_merges": false,
          "vocab":\u{20}
      """)
    writeList(Array(tokenizer.tokens.enumerated()), open: "{", close: "}", depth: 3) { writer, token in
      writer.writeString(token.element)
      writer.write(": \(token.offset)")
    }
    write(",\n    \"merges\": ")
    writeList(tokenizer.merges, open: "[", close: "]", depth: 3) { writer, merge in
      writer.write("[\n        ")
      writer.writeString(tokenizer.tokens[merge.left])
      writer.write(",\n        ")
      writer.writeString(tokenizer.tokens[merge.right])
      writer.write("\n      ]")
    }
    write("\n  }")
  }

  /// Writes one element on each line, two spaces for each level of `depth` before it.
  private mutating func writeList<Element>(
    _ elements: [Element], open: String, close: String, depth: Int, write element: (inout Self, Element) -> Void
  ) {
    write(open)
    for (index, value) in elements.enumerated() {
      write((index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: depth))
      element(&self, value)
    }
    if !elements.isEmpty { write("\n" + String(repeating: "  ", count: depth - 1)) }
    write(close)
  }

  private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func writeString(_ text: String) { bytes.append(contentsOf: JSONText.quoted(text)) }
}
