import Files
import Foundation
import Torch

let tensorTargets: [FuzzTarget] = [
  FuzzTarget("safetensors") { input in
    let url = URL(fileURLWithPath: "/fuzz/input.safetensors")
    let file = try SafetensorsFile(MappedFile(copying: input, as: url))
    var tensors: [String: Tensor] = [:]
    for name in file.names {
      let tensor = try Finding.unlessDone("a tensor of an accepted file") { try file.tensor(name) }
      try Finding.unless(
        tensor.shape == file.shape(of: name) && tensor.dtype == file.dtype(of: name),
        "tensor `\(name)` is not what the header says")
      try Finding.unless(tensor.byteCount <= input.count, "tensor `\(name)` is larger than the file")
      tensors[name] = tensor
    }
    try requireRoundTrip(file, tensors)
  }
]

private let workFolder = WorkFolder("tensors")

/// What was read and is written again is read as the same.
private func requireRoundTrip(_ file: SafetensorsFile, _ tensors: [String: Tensor]) throws {
  let url = workFolder["again.safetensors"]
  try Finding.unlessDone("writing what was read") {
    try SafetensorsFile.write(tensors, metadata: file.metadata, to: url)
    let again = try SafetensorsFile(url)
    try Finding.unless(again.names == file.names, "other names after writing: \(again.names)")
    try Finding.unless(again.metadata == file.metadata, "other metadata after writing: \(again.metadata)")
    for (name, tensor) in tensors {
      try Finding.unless(
        again.tensor(name).digest() == tensor.digest(), "tensor `\(name)` is another after writing")
    }
  }
}
