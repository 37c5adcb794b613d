import Files
import Foundation
import TestSupport
import Testing

/// Is what lies outside of a folder out of reach, whatever links are in it?
@Suite struct ContainmentTests {
  @Test func whatIsInside() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "run/a/b.json")
    try scratch.link("run/inner", to: "a")
    try scratch.link("run/absolute", to: scratch.url("run/a").path)
    let run = scratch.url("run")
    for name in ["a", "a/b.json", "a/new.json", "new/deeper/file", "inner/b.json", "absolute/b.json", "a..b", "...x"] {
      #expect(throws: Never.self, "\(name)") { try Containment.require(run.appendingPathComponent(name), in: run) }
    }
    #expect(throws: Never.self) { try Containment.requireNoLinksOut(of: run) }
    #expect(throws: Never.self) { try Containment.requireNoLinksOut(of: scratch.url("none")) }
  }

  /// The folder itself may be reached by a link: who names it has chosen it.
  @Test func aFolderBehindALink() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "elsewhere/run/a.json")
    try scratch.link("run", to: "elsewhere/run")
    let run = scratch.url("run")
    #expect(throws: Never.self) { try Containment.require(run.appendingPathComponent("a.json"), in: run) }
    #expect(throws: Never.self) { try Containment.requireNoLinksOut(of: run) }
  }

  /// Paths are bytes: folders whose names only look alike are two.
  @Test func aFolderThatLooksAlikeIsOutside() throws {
    let scratch = try Scratch()
    let (run, other) = ("caf\u{e9}", "cafe\u{301}")
    try scratch.write("x", to: "\(run)/a.json")
    try scratch.write("x", to: "\(other)/secret")
    try scratch.link("\(run)/out", to: "../\(other)/secret")
    let folder = scratch.url(run)
    #expect(throws: FileError.self) { try Containment.require(folder.appendingPathComponent("out"), in: folder) }
    #expect(throws: FileError.self) { try Containment.requireNoLinksOut(of: folder) }
    #expect(throws: FileError.self) { try FolderFile.url("out", in: folder) }
    // A mark after the line is a name's first character, not a part of the line.
    try scratch.link("\(run)/away", to: "../\(other)")
    try scratch.write("x", to: "\(other)/\u{301}x")
    #expect(throws: FileError.self) {
      try Containment.require(folder.appendingPathComponent("away/\u{301}x"), in: folder)
    }
  }

  @Test(arguments: ["/etc", "/etc/hostname", "..", "../other", "../run2", "/", "nowhere", "/nowhere", "loop"])
  func linksOut(target: String) throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "run/a/b.json")
    try scratch.write("x", to: "other/secret")
    // Its name begins as that of the folder does.
    try scratch.write("x", to: "run2/secret")
    try scratch.link("run/loop", to: "loop")
    try scratch.link("run/out", to: target)
    let run = scratch.url("run")
    for name in ["out", "out/secret", "out/deeper/secret"] {
      let link = run.appendingPathComponent(name)
      let error = #expect(throws: FileError.self, "\(name)") { try Containment.require(link, in: run) }
      guard case .linkLeadsOut(link.path, _) = error else {
        Issue.record("\(name): \(String(describing: error))")
        continue
      }
    }
    let error = #expect(throws: FileError.self) { try Containment.requireNoLinksOut(of: run) }
    guard case .linkLeadsOut = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aLinkDeepInside() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "run/a/b/c/d/e.json")
    try scratch.link("run/a/b/c/d/out", to: "/etc")
    let run = scratch.url("run")
    let link = run.appendingPathComponent("a/b/c/d/out")
    #expect(throws: FileError.linkLeadsOut(path: link.path, target: "/etc")) {
      try Containment.requireNoLinksOut(of: run)
    }
    // A link to a link.
    try scratch.link("run/first", to: "a/b/c/d/out/hostname")
    #expect(throws: FileError.self) { try Containment.require(run.appendingPathComponent("first"), in: run) }
  }

  @Test func namesThatLeadOut() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "run/a.json")
    try scratch.write("x", to: "secret")
    let run = scratch.url("run")
    for path in [run.path + "/../secret", run.path + "/a/../../secret", scratch.url("secret").path, run.path, "/"] {
      #expect(throws: FileError.self, "\(path)") { try Containment.require(URL(fileURLWithPath: path), in: run) }
    }
    #expect(throws: FileError.notFound(path: scratch.url("none").path)) {
      try Containment.require(scratch.url("none/x"), in: scratch.url("none"))
    }
  }

  /// The files of a snapshot in Hugging Face's cache are links to the blobs of their repository, and to nothing else.
  @Test func aSnapshotMayLinkToItsBlobs() throws {
    let scratch = try Scratch()
    try scratch.write("x", to: "models--a--b/blobs/1234")
    for path in ["models--a--other/blobs/1234", "models--a--b/refs/main", "blobs/1234"] {
      try scratch.write("x", to: path)
    }
    let snapshot = scratch.url("models--a--b/snapshots/c0ffee")
    for (name, target) in [
      ("config.json", "../../blobs/1234"), ("other", "../../../models--a--other/blobs/1234"),
      ("ref", "../../refs/main"),
      ("etc", "/etc/hostname"), ("blobs", "../../blobs"), ("above", "../../../blobs/1234"),
    ] {
      try scratch.link("models--a--b/snapshots/c0ffee/\(name)", to: target)
    }
    try scratch.link("models--a--b/snapshots/c0ffee/inner/x.json", to: "../../../blobs/1234")
    #expect(throws: Never.self) { try FolderFile.url("config.json", in: snapshot) }
    #expect(throws: Never.self) { try FolderFile.url("x.json", in: snapshot.appendingPathComponent("inner")) }
    for name in ["other", "ref", "etc", "blobs", "above"] {
      #expect(throws: FileError.self, "\(name)") { try FolderFile.url(name, in: snapshot) }
    }
    // Beside a folder of another name there are no blobs, and those of a repository are no folder elsewhere.
    try scratch.link("models--a--b/copies/c0ffee/config.json", to: "../../blobs/1234")
    #expect(throws: FileError.self) { try FolderFile.url("config.json", in: scratch.url("models--a--b/copies/c0ffee")) }
    try scratch.link("models--a--b/snapshots/config.json", to: "../blobs/1234")
    #expect(throws: FileError.self) { try FolderFile.url("config.json", in: scratch.url("models--a--b/snapshots")) }
    try scratch.link("hostile/blobs", to: "/etc")
    try scratch.link("hostile/snapshots/c0ffee/config.json", to: "../../blobs/hostname")
    #expect(throws: FileError.self) { try FolderFile.url("config.json", in: scratch.url("hostile/snapshots/c0ffee")) }
  }

  /// A link instead of the temporary file is removed, not written through.
  @Test func aLinkInsteadOfTheTemporaryFile() throws {
    let scratch = try Scratch()
    let victim = try scratch.write("mine", to: "victim")
    try scratch.link("run/.x.json.\(getpid()).partial", to: victim.path)
    try AtomicFile.write("theirs", to: scratch.url("run/x.json"))
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
    #expect(try String(contentsOf: scratch.url("run/x.json"), encoding: .utf8) == "theirs")
  }

  /// A link instead of the file itself is replaced.
  @Test func aLinkInsteadOfTheFile() throws {
    let scratch = try Scratch()
    let victim = try scratch.write("mine", to: "victim")
    try scratch.link("run/x.json", to: victim.path)
    try AtomicFile.write("theirs", to: scratch.url("run/x.json"))
    #expect(try String(contentsOf: victim, encoding: .utf8) == "mine")
    #expect(try String(contentsOf: scratch.url("run/x.json"), encoding: .utf8) == "theirs")
  }
}
