import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Do the registry's commands print what it has, and refuse the rest in one line?
  @Suite struct RegistryCommandTests {
    private func text(_ arguments: String..., in scratch: Scratch) throws -> String {
      let outcome = try Accrete.run(arguments, in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return outcome.text
    }

    private func json(_ arguments: String..., in scratch: Scratch) throws -> Any {
      let outcome = try Accrete.run(arguments + ["--json"], in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return try outcome.json()
    }

    @Test func listsAndShows() throws {
      let scratch = try StoredRegistry.copy()
      let list = try text("list", in: scratch)
      #expect(
        list == """
          task    version   score                               learn rows  size     when        from
          task-1  task-1@1  accuracy 0.750 [0.500, 0.900] n 1   1           4.0 KiB  2096-10-02  task-1.jsonl
          task-3  task-3@2  accuracy 0.750 [0.500, 0.900] n 12  1           4.1 KiB  2096-10-13  task-3.jsonl
          task-4  task-4@1  accuracy 0.750 [0.500, 0.900] n 15  1           4.0 KiB  2096-10-16  task-4.jsonl  not released
          3 tasks, 4 versions; release 6 of 2096-10-17; 1 forgotten, with all versions retired (--all)

          """)
      #expect(
        try text("list", "--all", in: scratch).contains("2096-10-05  task-2.jsonl  retired\n"))
      let versions = try text("list", "--versions", in: scratch)
      #expect(versions.split(separator: "\n").count == 6 && versions.contains("retired"))
      let listed = try #require(try json("list", in: scratch) as? [[String: Any]])
      #expect(listed.map { $0["name"] as? String } == ["task-1", "task-2", "task-3", "task-4"])
      #expect((listed[2]["released"] as? [String: Any])?["number"] as? Int == 2)
      let show = try text("show", "task-3", in: scratch)
      #expect(
        show.contains("task-3@2, released") && show.contains("made from") && show.contains("labels")
          && show.contains("no, yes"))
      // Not released: the newest.
      #expect(try text("show", "task-4", in: scratch).contains("task-4@1, registered"))
      #expect(try text("show", "task-2@1", in: scratch).contains("task-2@1, retired: it can be neither released nor"))
      let shown = try #require(try json("show", "task-3@1", in: scratch) as? [String: Any])
      #expect(
        (shown["manifest"] as? [String: Any])?["name"] as? String == "task-3" && shown["isReleased"] as? Bool == false)
      #expect(try text("registry", "diff", "task-3@1", "task-3@2", in: scratch).contains("rows to learn"))
    }

    /// --registry before the variable, the variable before ./registry, and no folder above.
    @Test func whereTheRegistryIs() throws {
      let scratch = try StoredRegistry.copy()
      try scratch.write("", to: "below/x")
      let below = scratch.url("below")
      let none = try Accrete.run(["list"], in: below)
      #expect(none.code == 64 && none.error.contains("below/registry: holds no registry"), "\(none.testDescription)")
      #expect(try Accrete.run(["list", "--registry", "../registry"], in: below).code == 0)
      let variable = "ACCRETE_REGISTRY=../registry \"$0\" \"$@\""
      #expect(try Accrete.run(["list"], by: variable, in: below).code == 0)
      #expect(try Accrete.run(["list", "--registry", "nowhere"], by: variable, in: below).code == 64)
    }

    @Test func goesBackAndForth() throws {
      let scratch = try StoredRegistry.copy()
      let back = try text("rollback", "--reason", "worse", in: scratch)
      #expect(
        back.contains("release 7") && back.contains("removed task-3@2") && back.contains("accrete rollback --to 6"))
      #expect(try text("rollback", "--to", "6", in: scratch).contains("added task-3@2"))
      let history = try text("registry", "history", in: scratch)
      #expect(history.contains("rollback to release 5") && history.contains("because: worse"))
      #expect(history.contains("release 8") && history.contains("2 tasks, served now"))
      let forgotten = try Accrete.run(["rollback", "--to", "2"], in: scratch.url)
      #expect(forgotten.code == 64 && forgotten.complaints.count == 1)
      #expect(forgotten.error.contains("task-2, which was forgotten"), "\(forgotten.testDescription)")
      // What the way out would change besides stands beside it.
      #expect(
        forgotten.error.contains("`accrete rollback --to NUMBER` can go to release 7 (")
          && forgotten.error.contains("removes task-3@2"), "\(forgotten.testDescription)")
      _ = try text("rollback", "--to", "4", in: scratch)
      let versions = try text("list", "--versions", in: scratch).split(separator: "\n").map(String.init)
      #expect(versions[1].hasSuffix("task-1.jsonl  released") && versions[2].hasSuffix("task-2.jsonl  retired"))
      #expect(versions[4].hasSuffix("task-3.jsonl  was released") && versions[5].hasSuffix("task-4.jsonl"))
    }

    @Test func aliases() throws {
      let scratch = try StoredRegistry.copy()
      #expect(
        try text("registry", "alias", "set", "task-3@1", "old", in: scratch)
          == "task-3:old names task-3@1, revision 1\n")
      let taken = try Accrete.run(
        ["registry", "alias", "set", "task-3@2", "old", "--expecting", "7"], in: scratch.url)
      #expect(taken.code == 75 && taken.error.contains("expected revision 7, found 1"), "\(taken.testDescription)")
      #expect(try text("show", "task-3:old", in: scratch).contains("task-3@1"))
      #expect(try text("registry", "alias", "list", "task-3", in: scratch).contains("old"))
      _ = try text("registry", "alias", "remove", "task-3:old", in: scratch)
      #expect(try Accrete.run(["show", "task-3:old"], in: scratch.url).code == 64)
      #expect(try Accrete.run(["registry", "alias", "set", "task-3@1", "production"], in: scratch.url).code == 64)
    }

    @Test func verifiesBacksUpAndTakesElsewhere() throws {
      let scratch = try StoredRegistry.copy()
      #expect(try text("registry", "verify", in: scratch).split(separator: "\n").allSatisfy { $0.hasPrefix("ok ") })
      _ = try text("registry", "backup", "monday", in: scratch)
      #expect(try text("registry", "restore", "monday", "--registry", "second", in: scratch).contains("verified"))
      _ = try text("registry", "export", "task-3", "--out", "task-3.tar", in: scratch)
      let known = try text("registry", "import", "task-3.tar", "--registry", "second", in: scratch)
      #expect(known.contains("here already: task-3@2"))
      _ = try text("registry", "gc", in: scratch)
      let head = try #require(try json("registry", "audit", "verify", in: scratch) as? [String: Any])
      let hash = try #require(head["hash"] as? String)
      #expect(try text("registry", "audit", "verify", "--head", hash, in: scratch).contains("whole"))
      let other = try Accrete.run(
        ["registry", "audit", "verify", "--head", String(repeating: "0", count: 64)], in: scratch.url)
      #expect(other.code == 65 && other.error.contains("that was kept"), "\(other.testDescription)")
      #expect(try text("registry", "audit", in: scratch).contains("release 6"))

      let blobs = scratch.url("registry/blobs/sha256")
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: blobs.path).min())
      chmod(blobs.appendingPathComponent(name).path, 0o644)
      var bytes = try Data(contentsOf: blobs.appendingPathComponent(name))
      bytes[0] ^= 1
      try bytes.write(to: blobs.appendingPathComponent(name))
      let broken = try Accrete.run(["registry", "verify"], in: scratch.url)
      #expect(broken.code == 65 && broken.text.contains("PROBLEM") && broken.text.contains(name), "\(broken.text)")
    }

    @Test func refusesInOneLine() throws {
      let scratch = try StoredRegistry.copy()
      for (arguments, word) in [
        (["show", "task-9"], "has task-1, task-3, task-4."), (["show", "task-3@9"], "there are 2, 1"),
        (["show", "a b"], "NAME@NUMBER"),
        (["rollback", "--to", "77"], "the last one is 6"), (["registry", "retire", "task-3@2"], "production"),
        (["registry", "restore", "registry", "--registry", "x"], "backup.json"),
        (["registry", "import", "nothing.tar"], "no such file"),
        (["registry", "backup", "registry"], "exists already"),
      ] {
        let outcome = try Accrete.run(arguments, in: scratch.url)
        #expect(
          [64, 65].contains(outcome.code) && outcome.complaints.count == 1, "\(arguments): \(outcome.testDescription)")
        #expect(outcome.error.contains(word), "\(arguments): \(outcome.testDescription)")
      }
      #expect(try text("registry", "verify", in: scratch).contains("16 entries"))
    }
  }
}
