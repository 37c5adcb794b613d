import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// What does a server do when its files go wrong, and when it is told to end?
  @Suite(.serialized) struct ServerFaultTests {
    private static func classify(_ server: RunningServer, _ model: String) throws -> ServerAnswer {
      try server.ask("/accrete/v1/classify", #"{"model":"\#(model)","input":["\#(ServedRegistry.text)","ham"]}"#)
    }

    /// The file of a part of a version, and its digest.
    private func part(_ role: String, of version: String, in scratch: Scratch) throws -> URL {
      let shown = try #require(try scratch.accrete("show", version, "--json").json() as? [String: Any])
      let parts = try #require((shown["manifest"] as? [String: Any])?["parts"] as? [String: [String: Any]])
      let digest = try #require(parts[role]?["digest"] as? String, "\(parts.keys)")
      return scratch.registry.appendingPathComponent("blobs/sha256/\(digest.dropFirst("sha256:".count))")
    }

    /// Changes a number in the middle, where the file lies.
    private func damage(_ file: URL) throws -> Data {
      let whole = try Data(contentsOf: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
      let handle = try FileHandle(forUpdating: file)
      try handle.seek(toOffset: UInt64(whole.count * 3 / 4))
      try handle.write(contentsOf: Data(repeating: 0x3F, count: 64))
      try handle.close()
      #expect(try Data(contentsOf: file) != whole)
      return whole
    }

    private func expectRefusedVersion(_ answer: ServerAnswer, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(
        answer.status == 503 && answer.code == "expert_failed" && answer.headers["x-should-retry"] == "false",
        "\(answer.testDescription)", sourceLocation: sourceLocation)
      // Where files lie is for the log.
      #expect(!answer.body.contains("blobs/"), "\(answer.testDescription)", sourceLocation: sourceLocation)
    }

    /// A released version whose file was changed before the start, one that is changed before it is asked for, and one while it answers.
    @Test func damagedFiles() throws {
      let scratch = try ServedRegistry.shared.copy()
      let food = try part("tensors", of: "food@1", in: scratch)
      let whole = try damage(food)
      let server = try RunningServer(scratch.registry)
      // The others are served.
      #expect(try server.ask("/readyz").status == 200)
      let weather = try Self.classify(server, "weather")
      #expect(weather.status == 200, "\(weather.testDescription)")
      expectRefusedVersion(try Self.classify(server, "food"))
      expectRefusedVersion(try server.chat("food"))

      _ = try damage(part("tensors", of: "story@1", in: scratch))
      expectRefusedVersion(try server.chat("story@1"))
      expectRefusedVersion(try server.chat("story@1", more: #","stream":true"#))

      // What was read is not read again.
      let head = try part("head", of: "weather@1", in: scratch)
      _ = try damage(head)
      #expect(try Self.classify(server, "weather").body == weather.body)
      #expect(server.log.contains(food.path) && server.log.contains("was changed"), "\(server.log)")

      // Repaired, it is tried again when it was unloaded: nobody has to start the server.
      try whole.write(to: food)
      let shown = try #require(try scratch.accrete("show", "food@1", "--json").json() as? [String: Any])
      let digest = try #require((shown["version"] as? [String: Any])?["digest"] as? String, "\(shown.keys)")
      #expect(try server.ask("/admin/v1/experts/\(digest):unload", method: "POST", isAdmin: true).status == 200)
      let answer = try Self.classify(server, "food")
      #expect(answer.status == 200, "\(answer.testDescription)")
    }

    /// Nobody has asked for anything yet when the registry goes.
    @Test func aRegistryThatIsMovedAway() throws {
      let scratch = try ServedRegistry.shared.copy()
      let server = try RunningServer(scratch.registry)
      // What is released is loaded behind the start.
      for task in ["weather", "traffic", "food"] {
        let path = "/v1/models/\(task)"
        let (answer, _) = try server.asked({ try server.ask(path) }, until: { $0.body.contains(#""resident":true"#) })
        try #require(answer.body.contains(#""resident":true"#), "\(answer.testDescription)")
      }
      let away = scratch.url("away")
      try FileManager.default.moveItem(at: scratch.registry, to: away)
      let (ready, time) = try server.asked({ try server.ask("/readyz") }, until: { $0.status == 503 })
      #expect(ready.body.contains("the registry cannot be read") && time < .seconds(30), "\(ready.testDescription)")
      #expect(try server.ask("/healthz").status == 200)
      for task in ["weather", "traffic", "food"] {
        let answer = try Self.classify(server, task)
        #expect(answer.status == 200, "\(task): \(answer.testDescription)")
      }
      let route = try server.ask("/accrete/v1/route", #"{"input":["\#(ServedRegistry.text)"]}"#)
      #expect(route.status == 200, "\(route.testDescription)")
      let auto = try server.chat("auto", more: #","max_tokens":4"#)
      #expect(auto.status == 200, "\(auto.testDescription)")
      // What was not read cannot be.
      let story = try server.chat("story@1")
      #expect(story.status >= 500 && !story.body.contains(scratch.url.path), "\(story.testDescription)")

      try FileManager.default.moveItem(at: away, to: scratch.registry)
      #expect(try server.asked({ try server.ask("/readyz") }, until: { $0.status == 200 }).answer.status == 200)
    }

    /// A copy takes the registry's place, and versions that only it has.
    @Test func aRegistryThatIsReplaced() throws {
      let scratch = try ServedRegistry.shared.copy()
      let server = try RunningServer(scratch.registry)
      let route = try server.ask("/accrete/v1/route", #"{"input":["x"]}"#)
      try scratch.copy(scratch.registry, as: "later")
      try scratch.accrete(
        "learn", "--registry", "later", "--name", "season", "--output-head", "ridge", "--threads", "1", "--quiet", "-",
        input: TinyRun.rows("weather").replacing("Expect", with: "In spring"))
      try scratch.accrete("promote", "season@1", "--reason", "a test", "--registry", "later")
      try FileManager.default.moveItem(at: scratch.registry, to: scratch.url("earlier"))
      try FileManager.default.moveItem(at: scratch.url("later"), to: scratch.registry)
      let (answer, _) = try server.asked({ try Self.classify(server, "season") }, until: { $0.status == 200 })
      #expect(answer.status == 200, "\(answer.testDescription)")
      // The router is that of the new one, which knows one more task.
      #expect(try server.ask("/accrete/v1/route", #"{"input":["x"]}"#).status == route.status)
      let texts = #"{"input":["Expect rain in the north."]}"#
      let known = try scratch.accrete("route", "--text", "Expect rain in the north.", "--quiet", "--threads", "1").text
      let distance = try #require(known.firstMatch(of: #/"distance":[0-9.e-]+/#)).0
      #expect(try server.ask("/accrete/v1/route", texts).body.contains(distance), "\(known)")
    }

    @Test func streamsEndBeforeTheServer() throws {
      let scratch = try ServedRegistry.shared.copy()
      let server = try RunningServer(scratch.registry)
      let streams = try (0..<8).map { try server.stream($0 % 2 == 0 ? "base" : "story@1", tokens: 300) }
      server.process.terminate()
      let (ready, _) = try server.asked({ try server.ask("/readyz") }, until: { $0.status == 503 })
      #expect(ready.body.contains("about to stop"), "\(ready.testDescription)")
      let (late, _) = try server.asked({ try server.chat("weather") }, until: { $0.status == 503 })
      #expect(late.code == "draining", "\(late.testDescription)")
      #expect(streams.allSatisfy { !$0.hasEnded }, "the streams were too short to say anything")
      for stream in streams {
        let whole = try stream.answer()
        #expect(whole.status == 200 && whole.events.last == "[DONE]", "\(whole.testDescription)")
        #expect(whole.body.contains(#""finish_reason":"length""#) && !whole.body.contains(#""error""#))
      }
      server.process.waitUntilExit()
      #expect(server.process.terminationReason == .exit && server.process.terminationStatus == 143)
      #expect(throws: ServerConnection.Failure.self) { try server.ask("/readyz") }
    }

    /// A second signal does not wait for those who run.
    @Test func aSecondSignalEndsAtOnce() throws {
      let scratch = try ServedRegistry.shared.copy()
      let server = try RunningServer(scratch.registry)
      let streams = try (0..<8).map { _ in try server.stream("base", tokens: 300) }
      server.process.terminate()
      let (ready, _) = try server.asked({ try server.ask("/readyz") }, until: { $0.status == 503 })
      #expect(ready.body.contains("about to stop"), "\(ready.testDescription)")
      #expect(streams.allSatisfy { !$0.hasEnded }, "the streams were too short to say anything")
      server.process.terminate()
      server.process.waitUntilExit()
      #expect(server.process.terminationReason == .exit && server.process.terminationStatus == 143)
      #expect(streams.contains { (try? $0.answer())?.events.last != "[DONE]" })
    }

    /// What cannot be is said before the server takes requests.
    @Test func wrongStarts() throws {
      let scratch = try ServedRegistry.shared.copy()
      let server = try RunningServer(scratch.registry)
      let taken = "127.0.0.1:\(server.port)"
      let cases: [(options: [String], code: Int32, words: String)] = [
        (["--base", "sapling"], 65, "sapling"), (["--base", "nowhere"], 65, "nowhere"),
        (["--keys"], 64, "accrete keys create"), (["--listen", "0.0.0.0:0"], 64, "--keys"),
        (["--listen", taken], 74, taken), (["--admin-listen", taken], 74, taken),
      ]
      for (options, code, words) in cases {
        let outcome = try RunningServer.refused(scratch.registry, options)
        let last = outcome.errorLines.last ?? ""
        #expect(outcome.code == code && outcome.output.isEmpty, "\(options): \(outcome.testDescription)")
        #expect(last.hasPrefix("accrete-server: ") && last.contains(words), "\(options): \(outcome.testDescription)")
        // Nothing was started that would have to say how it ends.
        if code == 74 { #expect(outcome.errorLines.count == 1, "\(options): \(outcome.testDescription)") }
      }
    }
  }
}
