import Decoder
import Experts
import Files
import Foundation
import ModelConfiguration
import Tokenization

let modelTargets: [FuzzTarget] = [
  // config.json and generation_config.json.
  FuzzTarget("config") { input in
    let parts = input.parts(2)
    model.write(parts[0], to: "config.json")
    model.write(parts[1].isEmpty ? Data("{}".utf8) : parts[1], to: "generation_config.json")
    let found = try DecoderConfiguration(folder: model.url)
    let sizes = [
      found.vocabularySize, found.hiddenSize, found.layers, found.heads, found.kvHeads, found.headDim,
      found.maxPositions,
    ]
    try Finding.unless(sizes.allSatisfy { $0 > 0 }, "a size that is not positive: \(sizes)")
    for layer in 0..<found.layers {
      let width = found.commonWidth(ofLayer: layer)
      try Finding.unless(
        width > 0 || (width == 0 && found.moe(ofLayer: layer) != nil), "a layer without a feed-forward block")
    }
    if let moe = found.moe {
      try Finding.unless(
        moe.width > 0 && (1...moe.experts).contains(moe.active), "an MoE block that cannot be: \(moe)")
    }
    let numbers = [found.localRope?.theta, found.queryScalar].compactMap(\.self)
    try Finding.unless(numbers.allSatisfy { $0 > 0 && $0.isFinite }, "a number that is not positive: \(numbers)")
    try Finding.unless(found.heads % found.kvHeads == 0 && found.headDim % 2 == 0, "heads that do not fit")
    try Finding.unless(found.normEpsilon.isFinite && found.ropeTheta.isFinite, "a number that is not finite")
    let ids = found.endTokens + [found.padToken].compactMap(\.self)
    try Finding.unless(ids.allSatisfy { (0..<found.vocabularySize).contains($0) }, "an id out of the vocabulary")
  },
  // model.safetensors.index.json, beside two small shards.
  FuzzTarget("index") { input in
    shards.write(input, to: "model.safetensors.index.json")
    _ = try Checkpoint(folder: shards.url)
  },
  FuzzTarget("tokenizer") { input in
    try check(BPETokenizer(data: input, file: "/fuzz/tokenizer.json"))
  },
  // hy.tiktoken.
  FuzzTarget("tiktoken") { input in
    try check(BPETokenizer(tiktoken: input, file: "/fuzz/hy.tiktoken") { $0.isMultiple(of: 2) ? .large : .later })
  },
  // tokenizer_config.json, special_tokens_map.json, generation_config.json and config.json beside a tokenizer.
  FuzzTarget("special") { input in
    let parts = input.parts(4)
    let names = ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"]
    for (name, part) in zip(names, parts) { special.write(part.isEmpty ? Data("{}".utf8) : part, to: name) }
    let found = try SpecialTokens(folder: special.url, tokenizer: bytes)
    try Finding.unless(
      found.tokens.values.allSatisfy { bytes.id(of: $0.text) == $0.id }, "a token with another id: \(found.tokens)")
  },
  FuzzTarget("expert") { input in
    let archive = try JSONFile.decode(ExpertArchive.self, from: input, path: "/fuzz/expert.json")
    try Finding.unless(archive.shape.scaling.isFinite, "a scaling of \(archive.shape.scaling)")
    try requireRoundTrip(archive)
  },
]

/// What a tokenizer promises of every text.
private func check(_ tokenizer: BPETokenizer) throws {
  let texts = [
    "", "It's 12345 <|end|>\n\n  漢字 e\u{301}\u{0}", String(repeating: "ab", count: 100),
    " ▁▁ a  <s> b</s>\u{AC00}\u{11A8}",
  ]
  for text in texts {
    let ids: [Int]
    do {
      ids = try tokenizer.encode(text, addSpecialTokens: true)
    } catch TokenizationError.unsplittable {
      continue
    }
    try Finding.unless(
      ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) }, "an id out of the vocabulary: \(ids)")
    let whole = try Finding.unlessDone("decoding what was encoded") {
      try tokenizer.decode(ids, skipSpecialTokens: false)
    }
    var stream = tokenizer.textStream(skipSpecialTokens: false)
    let streamed = try Finding.unlessDone("decoding one by one") {
      try ids.map { try stream.append($0) }.joined() + stream.finish()
    }
    try Finding.unless(Array(streamed.utf8) == Array(whole.utf8), "the parts \(streamed) are not the whole \(whole)")
  }
}

private let model = WorkFolder("model")
private let special = WorkFolder("special")

/// Ids that are the bytes of one-byte tokens.
private let bytes = Bytes()

private struct Bytes: Tokenizer {
  let vocabularySize = 256
  func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] { text.utf8.map(Int.init) }
  func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String {
    String(decoding: ids.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }
  func id(of token: String) -> Int? { token.utf8.count == 1 ? token.utf8.first.map(Int.init) : nil }
}

/// Two shards of one tensor each: `a` in the first, `b` in the second.
private let shards: WorkFolder = {
  let workFolder = WorkFolder("shards")
  for (number, name) in ["a", "b"].enumerated() {
    let header = Data(#"{"\#(name)":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    var file = Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0])
    file.append(header)
    file.append(Data(count: 8))
    workFolder.write(file, to: "model-0000\(number + 1)-of-00002.safetensors")
  }
  return workFolder
}()
