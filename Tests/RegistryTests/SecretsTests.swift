import Files
import Foundation
import TestSupport
import Testing

@testable import Registry

/// Does what a server keeps for itself in the registry's folder stay there?
@Suite struct SecretsTests {
  private static let secret = Data("0123456789abcdef-page-secret-321".utf8)

  /// Every file below a folder, with what is in it.
  private func contents(_ folder: URL) throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let file = folder.appendingPathComponent(name)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      found[name] = try Data(contentsOf: file)
    }
    return found
  }

  @Test func secretsDoNotTravel() throws {
    let sample = try Sample()
    let version = try sample.version("spam")
    try sample.publish([version])
    try FileManager.default.createDirectory(
      at: sample.url.appendingPathComponent("secrets"), withIntermediateDirectories: true)
    try Self.secret.write(to: sample.url.appendingPathComponent("secrets/page.key"))
    let (backup, bundle, restored) = (
      sample.scratch.url("backup"), sample.scratch.url("bundle.tar"), sample.scratch.url("restored")
    )
    try sample.registry.backup(to: backup)
    try sample.registry.export([version], to: bundle)
    try Registry.restore(from: backup, to: restored)
    // The look for it finds it where it is.
    #expect(try contents(sample.url).values.contains { $0.range(of: Self.secret) != nil })
    for folder in [backup, restored] {
      let files = try contents(folder)
      #expect(files.keys.contains("registry.sqlite"))
      #expect(!files.keys.contains { $0.contains("secrets") || $0.hasSuffix(".key") }, "\(files.keys)")
      #expect(!files.values.contains { $0.range(of: Self.secret) != nil })
    }
    let tar = try Data(contentsOf: bundle)
    #expect(tar.range(of: Self.secret) == nil && tar.range(of: Data("page.key".utf8)) == nil)
    // Nor is it a stray that a registry would clean up or complain of.
    try sample.expectWhole()
    _ = try sample.registry.collectGarbage(actor: Sample.actor)
    #expect(try Data(contentsOf: sample.url.appendingPathComponent("secrets/page.key")) == Self.secret)
  }
}
