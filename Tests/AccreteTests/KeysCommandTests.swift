import Foundation
import TestSupport
import Testing

@testable import Access

extension CommandLineTests {
  /// Do the commands of keys make keys that let somebody in, show them once, and end them?
  @Suite struct KeysCommandTests {
    private func text(_ arguments: String..., in scratch: Scratch) throws -> String {
      let outcome = try Accrete.run(["keys"] + arguments, in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return outcome.text
    }

    private func json(_ arguments: String..., in scratch: Scratch) throws -> Any {
      let outcome = try Accrete.run(["keys"] + arguments + ["--json"], in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return try outcome.json()
    }

    @Test func aKeyIsMadeListedAndRevoked() throws {
      let scratch = try StoredRegistry.copy()
      #expect(try text("list", in: scratch).hasSuffix("0 keys\n"))
      #expect(try (json("list", in: scratch) as? [Any])?.isEmpty == true)
      // A list makes no file.
      #expect(!AccessKeys.exists(in: scratch.url("registry")))
      let made = try Accrete.run(
        [
          "keys", "create", "ci", "--scope", "infer", "--scope", "registry.read", "--model", "task-1", "--model",
          "team-*", "--rpm", "60", "--tpm", "1000", "--concurrency", "2", "--expires", "2099-01-31",
        ], in: scratch.url)
      #expect(made.code == 0, "\(made.testDescription)")
      let key = made.text.trimmingCharacters(in: .newlines)
      #expect(made.text == key + "\n" && key.wholeMatch(of: /ak_[0-9a-f]{12}_[A-Za-z0-9_-]{43}/) != nil)
      #expect(made.errorLines.count == 1 && made.error.contains("not shown again") && !made.error.contains(key))
      let keys = try AccessKeys.open(in: scratch.url("registry"), mode: .reading)
      let grant = try keys.verify(key)
      #expect(
        grant.scopes == [.infer, .registryRead] && grant.allows(model: ["team-x"]) && !grant.allows(model: ["auto"]))
      #expect(grant.limits == AccessLimits(requestsPerMinute: 60, tokensPerMinute: 1000, concurrency: 2))

      let list = try text("list", in: scratch)
      #expect(list.contains("key  id") && list.hasSuffix("1 key\n") && !list.contains(key.suffix(43)))
      for words in [
        "ci   \(grant.id)  infer,registry.read  task-1,team-*  60 rpm, 1000 tpm, 2 at a time  never",
        "2099-01-31 00:00:00",
      ] { #expect(list.contains(words), "\(list)") }
      let listed = try #require(try json("list", in: scratch) as? [[String: Any]])
      #expect(listed.map { $0["name"] as? String } == ["ci"] && listed[0]["key"] == nil && listed[0]["digest"] == nil)

      #expect(
        try text("revoke", "ci", in: scratch) == "ci (\(grant.id)) is revoked: servers refuse it within a second\n")
      Thread.sleep(forTimeInterval: 0.5)
      #expect(throws: AccessRefusal.invalidKey) { try keys.verify(key) }
      #expect(try text("list", in: scratch).hasSuffix("0 keys; 1 revoked (--all)\n"))
      #expect(try text("list", "--all", in: scratch).contains("revoked 20"))
      let again = try #require(try json("revoke", grant.id, in: scratch) as? [String: Any])
      #expect(again["id"] as? String == grant.id && again["revoked"] is String)
    }

    @Test func defaultsAndJSON() throws {
      let scratch = try StoredRegistry.copy()
      let made = try #require(try json("create", "all", in: scratch) as? [String: Any])
      let key = try #require(made["key"] as? String)
      let grant = try AccessKeys.open(in: scratch.url("registry"), mode: .reading).verify(key)
      #expect(
        grant.scopes == [.infer] && grant.models == [.all] && grant.limits == AccessLimits() && grant.expires == nil)
      #expect(made["scopes"] as? [String] == ["infer"] && made["models"] as? [String] == ["*"])
      #expect(try text("list", in: scratch).contains("infer   *       none    never      never"))
    }

    /// A name that nothing has is made all the same, and said: `team-*` may mean what comes later.
    @Test func modelsThatAreNotThere() throws {
      let scratch = try StoredRegistry.copy()
      let models = ["tsk-1", "task-1@*", "task-1:stable", "nosuch@2", "team-*", "auto", "base", "*"]
      let made = try Accrete.run(["keys", "create", "ci"] + models.flatMap { ["--model", $0] }, in: scratch.url)
      #expect(made.code == 0 && made.text.hasPrefix("ak_"), "\(made.testDescription)")
      let warnings = made.errorLines.filter { $0.hasPrefix("warning: ") }
      #expect(warnings.count == 2, "\(made.testDescription)")
      #expect(warnings.contains { $0.contains("--model tsk-1") && $0.contains("Did you mean task-1?") })
      #expect(warnings.contains { $0.contains("--model nosuch@2") })
    }

    /// Of another registry, commands in messages name it.
    @Test func ofAnotherRegistry() throws {
      let scratch = try StoredRegistry.copy()
      let made = try Accrete.run(["keys", "create", "ci", "--registry", scratch.url("registry").path])
      #expect(made.code == 0 && made.error.contains("`accrete keys revoke ci --registry "), "\(made.testDescription)")
      let none = try Accrete.run(["keys", "create", "ci", "--registry", "nowhere"], in: scratch.url)
      expectRefusal(none, code: 64, "nowhere: holds no registry")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("nowhere").path))
    }

    @Test(arguments: [
      (["create", "a b"], "such as a-b"), (["create", "x", "--model", "a b"], "\"a b\""),
      (["create", "x", "--rpm", "0"], "rpm: got \"0\""), (["create", "x", "--tpm=-1"], "tpm: got \"-1\""),
      (["create", "x", "--concurrency", "2000000000"], "1 to 1000000000"),
      (["create", "x", "--expires", "yesterday"], "\"yesterday\", expected 30d"),
      (["create", "x", "--expires", "2020-01-01"], "later than now"), (["revoke", "nobody"], "no key is in use"),
    ]) func whatIsRefused(arguments: [String], words: String) throws {
      let scratch = try StoredRegistry.copy()
      expectRefusal(try Accrete.run(["keys"] + arguments, in: scratch.url), code: 64, words)
      #expect(try (json("list", in: scratch) as? [Any])?.isEmpty == true)
    }

    @Test func wrongWords() throws {
      let scratch = try StoredRegistry.copy()
      for (arguments, words) in [
        (["create", "x", "--scope", "root"], "review.submit"), (["create", "x", "--rpm", "many"], "--rpm"),
        (["create"], "<name>"), (["revoke"], "<key>"), (["make"], "There are create, list, revoke"),
      ] {
        let outcome = try Accrete.run(["keys"] + arguments, in: scratch.url)
        #expect(outcome.code == 64 && outcome.error.contains(words), "\(arguments): \(outcome.testDescription)")
      }
      _ = try text("create", "ci", in: scratch)
      expectRefusal(
        try Accrete.run(["keys", "create", "ci"], in: scratch.url), code: 64, "has this name already",
        "accrete keys revoke")
      expectRefusal(try Accrete.run(["keys", "revoke", "cj"], in: scratch.url), code: 64, "there are ci")
    }

    /// Neither a backup nor a bundle nor a restored registry has anything of a key.
    @Test func keysDoNotTravel() throws {
      let scratch = try StoredRegistry.copy()
      let made = try #require(try json("create", "traveller", in: scratch) as? [String: Any])
      let (key, id) = (try #require(made["key"] as? String), try #require(made["id"] as? String))
      let digest = try #require(KeyText(key)).digest
      for arguments in [
        ["registry", "backup", "monday"], ["registry", "restore", "monday", "--registry", "second"],
        ["registry", "export", "task-3", "--out", "task-3.tar"], ["registry", "verify"],
      ] {
        let outcome = try Accrete.run(arguments, in: scratch.url)
        try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      }
      // What is beside a backup's files is not taken, either.
      try scratch.copy(scratch.url("registry/access.sqlite"), as: "monday/access.sqlite")
      let third = try Accrete.run(["registry", "restore", "monday", "--registry", "third"], in: scratch.url)
      try #require(third.code == 0, "\(third.testDescription)")
      try FileManager.default.removeItem(at: scratch.url("monday/access.sqlite"))
      var count = 0
      for (path, content) in try tree(scratch.url) where !path.hasPrefix("registry/") {
        count += 1
        #expect(!path.contains("access"), "\(path)")
        for trace in [Data("traveller".utf8), Data(id.utf8), Data(digest), Data("access.sqlite".utf8)] {
          #expect(content.range(of: trace) == nil, "\(path)")
        }
      }
      #expect(count > 10)
      #expect(try AccessKeys.open(in: scratch.url("registry"), mode: .reading).verify(key).name == "traveller")
    }
  }
}

extension CommandFaultTests {
  /// What becomes of keys where files, disks and other processes are not as they should be?
  @Suite struct KeysFaultTests {
    private func made(_ scratch: Scratch) throws -> URL {
      let outcome = try Accrete.run(["keys", "create", "ci"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      return scratch.url("registry/access.sqlite")
    }

    /// All that write at once are done, and each has a key of its own.
    @Test func processesWriteAtOnce() throws {
      let scratch = try StoredRegistry.copy()
      let started = try (0..<6).map { number in
        let (output, error) = (scratch.url("output-\(number)"), scratch.url("error-\(number)"))
        return (
          try Accrete.start(["keys", "create", "key-\(number)"], output: output, error: error, in: scratch.url), output,
          error
        )
      }
      let keys = try started.map { process, output, error in
        process.waitUntilExit()
        let outcome = try Accrete.outcome(process, output: output, error: error)
        try #require(outcome.code == 0, "\(outcome.testDescription)")
        return outcome.text.trimmingCharacters(in: .newlines)
      }
      let opened = try AccessKeys.open(in: scratch.url("registry"), mode: .reading)
      #expect(try Set(keys.map { try opened.verify($0).name }) == Set((0..<6).map { "key-\($0)" }))
      #expect(try opened.list().count == 6)
      #expect(try tree(scratch.url("registry")).keys.allSatisfy { !$0.contains(".partial") })
    }

    /// A key that nobody has read is of no use, and its name is free.
    @Test(arguments: ["> /dev/full", ">&-"]) func aKeyThatIsLost(line: String) throws {
      let scratch = try StoredRegistry.copy()
      let lost = try Accrete.run(["keys", "create", "ci"], by: "\"$0\" \"$@\" \(line)", in: scratch.url)
      #expect(lost.code == 74 && lost.complaints.count == 1, "\(lost.testDescription)")
      let keys = try AccessKeys.open(in: scratch.url("registry"), mode: .reading)
      #expect(try keys.list().map { $0.revoked != nil } == [true])
      #expect(try Accrete.run(["keys", "create", "ci"], in: scratch.url).code == 0)
    }

    @Test func aDamagedFile() throws {
      let scratch = try StoredRegistry.copy()
      let file = try made(scratch)
      let whole = try Data(contentsOf: file)
      for length in [0, 100, 4096, whole.count - 4096] {
        try whole.prefix(length).write(to: file)
        for arguments in [["create", "x"], ["list"], ["revoke", "ci"]] {
          let outcome = try Accrete.run(["keys"] + arguments, in: scratch.url)
          expectRefusal(outcome, code: 65, "access.sqlite: damaged")
        }
      }
      // Nobody's keys are a matter of the registry.
      #expect(try Accrete.run(["registry", "verify"], in: scratch.url).code == 0)
    }

    @Test func aNewerSchema() throws {
      let scratch = try StoredRegistry.copy()
      let file = try made(scratch)
      var bytes = try Data(contentsOf: file)
      bytes[63] = 9
      try bytes.write(to: file)
      for arguments in [["create", "x"], ["list"], ["revoke", "ci"]] {
        let outcome = try Accrete.run(["keys"] + arguments, in: scratch.url)
        expectRefusal(outcome, code: 69, "has schema 9, this program knows up to 1")
      }
      #expect(try Data(contentsOf: file) == bytes)
    }

    @Test func whatIsNoFile() throws {
      let scratch = try StoredRegistry.copy()
      let file = scratch.url("registry/access.sqlite")
      mkfifo(file.path, 0o600)
      for arguments in [["create", "x"], ["list"]] {
        expectRefusal(try Accrete.run(["keys"] + arguments, in: scratch.url), code: 74, "a pipe")
      }
      unlink(file.path)
      try scratch.write("mine", to: "outside")
      symlink(scratch.url("outside").path, file.path)
      expectRefusal(try Accrete.run(["keys", "create", "x"], in: scratch.url), code: 65, "is a link to")
      #expect(try scratch.text("outside") == "mine")
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere")) func aFolderThatMayNotBeWritten() throws {
      let scratch = try StoredRegistry.copy()
      let folder = scratch.url("registry")
      chmod(folder.path, 0o500)
      defer { chmod(folder.path, 0o700) }
      let outcome = try Accrete.run(["keys", "create", "x"], in: scratch.url)
      expectRefusal(outcome, code: 74, "access.sqlite: cannot be written")
    }
  }
}
