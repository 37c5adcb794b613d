import Foundation
import Randomness
import TestSupport
import Testing
import Torch

/// Can damaged bytes do worse than a refusal?
@Suite struct SafetensorsFuzzTests {
  init() throws { try useOneThread() }

  private func original() throws -> Data {
    let folder = try Scratch()
    try SafetensorsFile.write(
      [
        "model.weight": tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]), "ids": Tensor([7, 8] as [Int]),
        "mask": Tensor([true, false, true]), "empty": Tensor.zeros([0]),
      ], metadata: ["format": "pt"], to: folder.url("x.safetensors"))
    return try Data(contentsOf: folder.url("x.safetensors"))
  }

  /// Reads everything that an accepted file offers.
  private func readAll(_ url: URL) throws -> Bool {
    do {
      let file = try SafetensorsFile(url)
      for name in file.names {
        let tensor = try file.tensor(name)
        #expect(tensor.shape == file.shape(of: name))
        _ = try tensor.digest()
      }
      return true
    } catch is TorchError {
      return false
    }
  }

  @Test func flippedBytesOfTheHeader() throws {
    let folder = try Scratch()
    let original = try original()
    let length = 8 + Int(original[0]) + Int(original[1]) << 8
    var stream = RandomStream(seed: 1, "fuzz", "flip")
    var refused = 0
    for round in 0..<2000 {
      var bytes = original
      for _ in 0...stream.below(2) { bytes[stream.below(length)] = UInt8(stream.below(256)) }
      let url = try folder.write(bytes, to: "\(round % 8).safetensors")
      if try !readAll(url) { refused += 1 }
    }
    #expect(refused > 500, "only \(refused) of 2000 were refused")
  }

  @Test func cutAnywhere() throws {
    let folder = try Scratch()
    let original = try original()
    for length in 0..<original.count {
      let url = try folder.write(Data(original.prefix(length)), to: "cut.safetensors")
      #expect(try !readAll(url), "\(length) of \(original.count) bytes were accepted")
    }
  }

  @Test func replacedTokensOfTheHeader() throws {
    let folder = try Scratch()
    let original = try original()
    let length = Int(original[0]) + Int(original[1]) << 8
    let header = String(decoding: original[8..<(8 + length)], as: UTF8.self)
    let values = [
      "-1", "0", "1e400", "99999999999999999999", "null", "true", "[]", "{}", "\"\"", "9223372036854775807",
    ]
    var stream = RandomStream(seed: 1, "fuzz", "tokens")
    for round in 0..<500 {
      var characters = Array(header)
      let digits = characters.indices.filter { characters[$0].isNumber }
      let position = digits[stream.below(digits.count)]
      characters.replaceSubrange(position...position, with: Array(values[stream.below(values.count)]))
      let bytes = safetensors(String(characters), data: 0) + original[(8 + length)...]
      _ = try readAll(folder.write(bytes, to: "\(round % 8).safetensors"))
    }
  }
}
