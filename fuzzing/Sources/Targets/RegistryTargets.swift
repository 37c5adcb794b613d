import Files
import Foundation
import Registry

let registryTargets: [FuzzTarget] = [
  // A bundle of another registry, byte for byte.
  FuzzTarget("bundle") { input in
    folder.write(input, to: "bundle.tar")
    try registry.importBundle(folder["bundle.tar"], actor: "fuzzer")
  },
  // The parts of a bundle: bundle.json, in which `@seal` stands for its own digest, and blobs, each under the name that its bytes give
  // it. `@1` to `@9` stand for the digests of blobs, in bundle.json and in the blobs behind.
  FuzzTarget("bundle-content") { input in
    var parts = input.parts(10)
    var tar = Data()
    for number in 1..<parts.count {
      for earlier in 1..<number { parts[number].replaceMarks("@\(earlier)", by: Digest(of: parts[earlier])) }
    }
    for number in 1..<parts.count { parts[0].replaceMarks("@\(number)", by: Digest(of: parts[number])) }
    parts[0].replaceMarks("@seal", by: SealedJSON.blank)
    tar.appendEntry("bundle.json", SealedJSON.sealed(parts[0]))
    for part in parts.dropFirst() where !part.isEmpty {
      tar.appendEntry("blobs/sha256/" + Digest(of: part).description.dropFirst("sha256:".count), part)
    }
    tar.append(Data(count: 1024))
    folder.write(tar, to: "bundle.tar")
    let taken = try registry.importBundle(folder["bundle.tar"], actor: "fuzzer")
    for name in taken.versions {
      let version = try Finding.unlessDone("a version that was taken is not there") {
        try registry.version(VersionReference(parsing: name))
      }
      _ = try Finding.unlessDone("the manifest of a version that was taken cannot be read") {
        try registry.manifest(of: version)
      }
    }
  },
  // A compressed blob.
  FuzzTarget("packed") { input in
    let blob = try registry.addBlob(input, media: "application/json+gzip")
    defer {
      try? FileManager.default.removeItem(
        at: registry.url.appendingPathComponent("blobs/sha256/\(blob.digest.description.dropFirst(7))"))
    }
    let content = try registry.unpackedBlob(blob.digest)
    let packed = try registry.addPackedBlob(content, media: "application/json")
    try Finding.unless(try registry.unpackedBlob(packed.digest) == content, "other bytes after packing and unpacking")
    try? FileManager.default.removeItem(
      at: registry.url.appendingPathComponent("blobs/sha256/\(packed.digest.description.dropFirst(7))"))
  },
  FuzzTarget("version-manifest") { input in
    try requireRoundTrip(JSONFile.decode(VersionManifest.self, from: input, path: "manifest"))
  },
  FuzzTarget("version-reference") { input in
    let reference = try VersionReference(parsing: String(decoding: input, as: UTF8.self))
    try Finding.unless(
      try VersionReference(parsing: "\(reference)") == reference,
      "another reference after writing and reading: \(reference)")
  },
]

private let folder = WorkFolder("bundle")

private let registry: Registry = {
  let (weights, tokenizer) = (
    "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c",
    "5f97e3774c51edd1d63706c2ec3826c564a067794770cdab0f8c4797971cacf9"
  )
  do {
    let base = BaseRecord(
      path: "base", weights: Digest("sha256:" + weights) ?? .zeros, configuration: nil,
      tokenizer: Digest("sha256:" + tokenizer) ?? .zeros)
    return try Registry.create(at: folder["registry"], base: base, actor: "fuzzer")
  } catch {
    Finding("\(error)").stop()
  }
}()

extension Data {
  /// Puts a digest instead of every `mark`.
  fileprivate mutating func replaceMarks(_ mark: String, by digest: Digest) {
    let text = Data(digest.description.utf8)
    var start = startIndex
    while let found = range(of: Data(mark.utf8), in: start..<endIndex) {
      replaceSubrange(found, with: text)
      start = index(found.lowerBound, offsetBy: text.count)
    }
  }

  /// An entry of a tar file: its head, its bytes, zeros to the end of the block.
  fileprivate mutating func appendEntry(_ name: String, _ content: Data) {
    var head = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      head.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
    put(name, at: 0)
    put("0000444", at: 100)
    put(octal(content.count, 11), at: 124)
    put(octal(0, 11), at: 136)
    put("        0", at: 148)
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(head.reduce(0) { $0 + Int($1) }, 6), at: 148)
    head[154] = 0
    append(contentsOf: head)
    append(content)
    append(Data(count: (512 - content.count % 512) % 512))
  }
}
