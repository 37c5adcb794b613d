import CoreFoundation
import Crypto
import Files
import Foundation
import TestSupport
import Testing

@testable import HTTPServer

/// Is the secret made once, kept from others, and taken from no other place?
@Suite struct PageSecretTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var path: String { scratch.url("secrets/page.key").path }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
  }

  private func expectRefused(_ words: String..., location: SourceLocation = #_sourceLocation) {
    do {
      _ = try PageSecret(of: scratch.url)
      Issue.record("nothing was refused", sourceLocation: location)
    } catch {
      let text = "\(error)"
      #expect(error is FileError && !text.contains("\n"), "\(text)", sourceLocation: location)
      for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
    }
  }

  @Test func itIsMadeOnce() throws {
    let first = try PageSecret(of: scratch.url)
    #expect(mode(path) == 0o600 && mode(scratch.url("secrets").path) == 0o700)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.count == 32 && Set(bytes).count > 8)
    #expect(try PageSecret(of: scratch.url).key == first.key)
    // Nothing else is left beside it.
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url("secrets").path) == ["page.key"])
    try FileManager.default.removeItem(atPath: path)
    #expect(try PageSecret(of: scratch.url).key != first.key)
    #expect(PageSecret().key != PageSecret().key)
  }

  @Test func othersMayNotReadIt() throws {
    _ = try PageSecret(of: scratch.url)
    for mode: mode_t in [0o644, 0o640, 0o620, 0o606] {
      #expect(chmod(path, mode) == 0)
      expectRefused("page.key", "expected 600", String(mode, radix: 8), "Remove it")
    }
    #expect(chmod(path, 0o600) == 0)
    _ = try PageSecret(of: scratch.url)
  }

  @Test(arguments: [0, 31, 33, 1 << 20])
  func whatIsNoSecret(size: Int) throws {
    try scratch.write(Data(count: size), to: "secrets/page.key")
    #expect(chmod(path, 0o600) == 0)
    expectRefused("page.key", "it has \(size) bytes", "32")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == size)
  }

  @Test func linksAreNotFollowedOut() throws {
    let outside = try Scratch()
    try outside.write(Data(repeating: 7, count: 32), to: "page.key")
    try scratch.link("secrets", to: outside.url.path)
    expectRefused("secrets", "is a link")
    try FileManager.default.removeItem(atPath: scratch.url("secrets").path)
    try scratch.link("secrets/page.key", to: outside.url("page.key").path)
    expectRefused("page.key", "is a link")
  }

  @Test func whatIsNoFolderOrFile() throws {
    try scratch.write("x", to: "secrets")
    expectRefused("page.key")
    try FileManager.default.removeItem(atPath: scratch.url("secrets").path)
    try FileManager.default.createDirectory(at: scratch.url("secrets/page.key"), withIntermediateDirectories: true)
    expectRefused("page.key", "a folder")
  }
}
