import Decoder
import Experts
import Files
import Foundation
import Tokenization

let modelTargets: [FuzzTarget] = [
  // config.json and generation_config.json.
  FuzzTarget("config") { input in
    let parts = input.parts(2)
    model.write(parts[0], to: "config.json")
    model.write(parts[1].isEmpty ? Data("{}".utf8) : parts[1], to: "generation_config.json")
    let found = try DecoderConfiguration(folder: model.url)
    let sizes = [
      found.vocabularySize, found.hiddenSize, found.intermediateSize, found.layers, found.heads, found.kvHeads,
      found.headDim, found.maxPositions,
    ]
    try Finding.unless(sizes.allSatisfy { $0 > 0 }, "a size that is not positive: \(sizes)")
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
    let tokenizer = try BPETokenizer(data: input, file: "/fuzz/tokenizer.json")
    for text in ["", "It's 12345 <|end|>\n\n  漢字 e\u{301}\u{0}", String(repeating: "ab", count: 100)] {
      let ids: [Int]
      do {
        ids = try tokenizer.encode(text, addSpecialTokens: true)
      } catch TokenizationError.unsplittable {
        continue
      }
      try Finding.unless(
        ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) }, "an id out of the vocabulary: \(ids)")
      _ = try Finding.unlessDone("decoding what was encoded") { try tokenizer.decode(ids, skipSpecialTokens: false) }
    }
  },
  FuzzTarget("expert") { input in
    let archive = try JSONFile.decode(ExpertArchive.self, from: input, path: "/fuzz/expert.json")
    try Finding.unless(archive.shape.scaling.isFinite, "a scaling of \(archive.shape.scaling)")
    try requireRoundTrip(archive)
  },
]

private let model = Workplace("model")

/// Two shards of one tensor each: `a` in the first, `b` in the second.
private let shards: Workplace = {
  let workplace = Workplace("shards")
  for (number, name) in ["a", "b"].enumerated() {
    let header = Data(#"{"\#(name)":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#.utf8)
    var file = Data([UInt8(header.count), 0, 0, 0, 0, 0, 0, 0])
    file.append(header)
    file.append(Data(count: 8))
    workplace.write(file, to: "model-0000\(number + 1)-of-00002.safetensors")
  }
  return workplace
}()
