import Files
import Foundation
import TestSupport
import Testing
import Torch

/// Does a failed write leave what was there before?
@Suite struct AtomicWriteTests {
  let folder: Scratch
  let url: URL

  init() throws {
    try useOneThread()
    folder = try Scratch()
    url = folder.url("expert.safetensors")
    try SafetensorsFile.write(["x": tensor([1, 2, 3])], to: url)
  }

  private func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.url.path) }

  @Test func aWriteReplacesAndLeavesNothingElse() throws {
    try SafetensorsFile.write(["x": tensor([4, 5])], to: url)
    try expect(SafetensorsFile(url).tensor("x"), [2], [4, 5])
    #expect(try files() == ["expert.safetensors"])
  }

  @Test func aReaderKeepsTheOldFile() throws {
    let old = try SafetensorsFile(url).tensor("x")
    try SafetensorsFile.write(["x": tensor([7, 8, 9])], to: url)
    try expect(old, [3], [1, 2, 3])
  }

  /// A link under the temporary file's name is not written through.
  @Test func aLinkInTheWay() throws {
    let elsewhere = try folder.write(Data("mine".utf8), to: "elsewhere")
    let partial = folder.url(".expert.safetensors.\(getpid()).partial")
    try FileManager.default.createSymbolicLink(at: partial, withDestinationURL: elsewhere)
    try SafetensorsFile.write(["x": tensor([4, 5])], to: url)
    try expect(SafetensorsFile(url).tensor("x"), [2], [4, 5])
    #expect(try Data(contentsOf: elsewhere) == Data("mine".utf8))
    #expect(Set(try files()) == ["elsewhere", "expert.safetensors"])
  }

  @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
  func aFolderWithoutPermission() throws {
    let before = try Digest(ofFile: url)
    chmod(folder.url.path, 0o555)
    defer { chmod(folder.url.path, 0o755) }
    #expect(throws: FileError.notWritable(path: url.path, reason: "Permission denied")) {
      try SafetensorsFile.write(["x": tensor([4, 5])], to: url)
    }
    #expect(try Digest(ofFile: url) == before)
  }

  @Test func aFolderThatIsNotThere() throws {
    let missing = folder.url("none").appendingPathComponent("x.safetensors")
    #expect(throws: FileError.notWritable(path: missing.path, reason: "No such file or directory")) {
      try SafetensorsFile.write(["x": tensor([4, 5])], to: missing)
    }
  }

  @Test func aFolderInsteadOfTheFile() throws {
    let taken = folder.url("taken.safetensors")
    try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
    #expect(throws: FileError.self) { try SafetensorsFile.write(["x": tensor([4, 5])], to: taken) }
    #expect(try files().sorted() == ["expert.safetensors", "taken.safetensors"])
  }
}
