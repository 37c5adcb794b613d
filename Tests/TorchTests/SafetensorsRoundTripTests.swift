import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Is what was written what is read?
@Suite struct SafetensorsRoundTripTests {
  let folder: Scratch

  init() throws {
    try useOneThread()
    folder = try Scratch()
  }

  @Test func everyTypeAndShape() throws {
    var tensors: [String: Tensor] = [:]
    for dtype in DType.allCases {
      tensors["x.\(dtype)"] = try tensor([0, 1, 1, 0, 1, 1], shape: [2, 3]).converted(to: dtype)
      tensors["scalar.\(dtype)"] = try tensor([1]).reshaped([]).converted(to: dtype)
      tensors["empty.\(dtype)"] = try Tensor.zeros([0, 5], dtype)
    }
    let url = folder.url("all.safetensors")
    try SafetensorsFile.write(tensors, metadata: ["format": "pt", "ünï\"": "\\\n"], to: url)
    let file = try SafetensorsFile(url)
    #expect(file.names == tensors.keys.sorted())
    #expect(file.metadata == ["format": "pt", "ünï\"": "\\\n"])
    for (name, tensor) in tensors {
      let read = try file.tensor(name)
      #expect(read.dtype == tensor.dtype && read.shape == tensor.shape, "\(name)")
      #expect(file.dtype(of: name) == tensor.dtype && file.shape(of: name) == tensor.shape)
      #expect(try read.digest() == tensor.digest(), "\(name)")
    }
  }

  @Test func specialValuesKeepTheirBits() throws {
    let x = try tensor([.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
    try SafetensorsFile.write(["x": x], to: folder.url("x.safetensors"))
    #expect(try SafetensorsFile(folder.url("x.safetensors")).tensor("x").digest() == x.digest())
  }

  @Test func viewsAreWrittenInRowMajorOrder() throws {
    let x = try tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    try SafetensorsFile.write(
      ["t": x.transposed(0, 1), "n": x.narrowed(1, from: 1, count: 1)], to: folder.url("v.safetensors"))
    let file = try SafetensorsFile(folder.url("v.safetensors"))
    try expect(file.tensor("t"), [3, 2], [1, 4, 2, 5, 3, 6])
    try expect(file.tensor("n"), [2, 1], [2, 5])
  }

  @Test func equalTensorsGiveEqualBytes() throws {
    let names = (0..<50).map { "tensor.\($0)" }
    func write(_ names: [String], to name: String) throws -> Digest {
      let tensors = try Dictionary(uniqueKeysWithValues: names.map { ($0, try tensor([1, 2, 3])) })
      return try SafetensorsFile.write(tensors, metadata: ["a": "1", "b": "2", "c": "3"], to: folder.url(name))
    }
    let digest = try write(names, to: "a.safetensors")
    #expect(try write(names.reversed(), to: "b.safetensors") == digest)
    #expect(try Data(contentsOf: folder.url("a.safetensors")) == Data(contentsOf: folder.url("b.safetensors")))
    #expect(try SafetensorsFile(folder.url("a.safetensors")).digest() == digest)
    #expect(try Digest(ofFile: folder.url("a.safetensors")) == digest)
  }

  @Test func theFormatAsPublished() throws {
    try SafetensorsFile.write(["b": tensor([1.5]), "a": Tensor([true, false])], to: folder.url("f.safetensors"))
    let bytes = try Data(contentsOf: folder.url("f.safetensors"))
    let header =
      #"{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#
    let length = Int(bytes[0]) + Int(bytes[1]) << 8
    #expect((8 + length) % 64 == 0)
    let text = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
    #expect(text.trimmingCharacters(in: .whitespaces) == header)
    #expect(bytes[(8 + length)...].elementsEqual([1, 0, 0, 0, 0xC0, 0x3F]))
  }

  @Test func dataThatIsNotAlignedIsReadAllTheSame() throws {
    // Behind one byte, a float lies at an odd address.
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#
    var bytes = safetensors(header, data: 1)
    bytes.append(contentsOf: [0, 0, 0xC0, 0x3F])
    let file = try SafetensorsFile(folder.write(bytes, to: "odd.safetensors"))
    try expect(file.tensor("b"), [1], [1.5])
  }

  @Test func aTensorOutlivesItsFile() throws {
    let url = folder.url("gone.safetensors")
    try SafetensorsFile.write(["x": tensor([1, 2, 3])], to: url)
    let tensor = try SafetensorsFile(url).tensor("x")
    try FileManager.default.removeItem(at: url)
    try expect(tensor, [3], [1, 2, 3])
  }

  @Test func noTensorOfThatName() throws {
    let url = folder.url("x.safetensors")
    try SafetensorsFile.write(["x": tensor([1])], to: url)
    #expect(throws: TorchError.missingTensor(path: url.path, name: "y")) { try SafetensorsFile(url).tensor("y") }
    #expect(try SafetensorsFile(url).shape(of: "y") == nil)
  }

  @Test func noTensorsAtAll() throws {
    try SafetensorsFile.write([:], to: folder.url("none.safetensors"))
    #expect(try SafetensorsFile(folder.url("none.safetensors")).names.isEmpty)
  }
}
