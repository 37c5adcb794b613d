import Files
import Foundation
import ModelConfiguration
import Testing

@testable import Records

/// Do paths of files stay out of what is compared, and say where to look in what is kept?
@Suite struct PortablePathsTests {
  @Test(arguments: [
    ("/a/b/data/x.json", "/a/b/work", "../data/x.json"), ("/a/b/c", "/a/b", "c"), ("/a/b", "/a/b", "."),
    ("/other/x", "/a/b", "/other/x"), ("names.json", "/a/b", "names.json"), ("/a/b", "/a/b/c/d", "../.."),
  ])
  func relativePaths(path: String, folder: String, expected: String) {
    #expect(Paths.relative(path, to: folder) == expected)
  }

  @Test func commonFolders() {
    let (one, other) = (Digest(of: Data("1".utf8)), Digest(of: Data("2".utf8)))
    #expect(
      Paths.withoutCommonFolder(["/x/y/a/t.json": one, "/x/y/b/t.json": other]) == [
        "a/t.json": one, "b/t.json": other,
      ])
    // Whole names of folders, not letters that they have in common.
    #expect(
      Paths.withoutCommonFolder(["/x/ya/t.json": one, "/x/yb/t.json": other]) == [
        "ya/t.json": one, "yb/t.json": other,
      ])
    #expect(Paths.withoutCommonFolder(["/x/y/t.json": one]) == ["t.json": one])
    #expect(Paths.withoutCommonFolder(["t.json": one, "u.json": other]) == ["t.json": one, "u.json": other])
    #expect(Paths.withoutCommonFolder([:]).isEmpty)
  }

  /// What a record leaves out, as it is the default, is named where it differs.
  @Test func anotherCompute() throws {
    func comparison(_ compute: ComputeChoice?) -> Comparison {
      var configuration = RunConfiguration()
      configuration.compute = compute
      let digest = Digest(of: Data())
      return Comparison(
        accrete: "1", libtorch: "2", program: digest, configuration: configuration, cells: [], baseDigest: digest,
        tokenizerDigest: digest, orders: [:])
    }
    #expect(
      try comparison(.bfloat16).differences(to: comparison(nil)) == ["configuration.compute was bfloat16, is float32"])
    #expect(
      try comparison(nil).differences(to: comparison(.bfloat16)) == ["configuration.compute was float32, is bfloat16"])
    #expect(try comparison(nil).differences(to: comparison(.float32)).isEmpty)
  }

  @Test func configurations() {
    var configuration = RunConfiguration()
    configuration.base = "/machine/program.resources/base/seedling"
    configuration.source.data = "/machine/shared/data/mtl5"
    var elsewhere = configuration
    elsewhere.base = "/home/base/seedling"
    elsewhere.source.data = "/home/mtl5"
    #expect(configuration.withoutFolders == elsewhere.withoutFolders)
    elsewhere.source.data = "/home/trace"
    #expect(configuration.withoutFolders != elsewhere.withoutFolders)
    let kept = configuration.portable(from: URL(fileURLWithPath: "/machine/work"))
    #expect(kept.source.data == "../shared/data/mtl5" && kept.base == "../program.resources/base/seedling")
    #expect(kept.withoutFolders == configuration.withoutFolders)
  }
}
