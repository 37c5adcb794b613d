import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Is what the command line releases, takes back and revokes seen by servers that run?
  @Suite(.serialized) struct ServedReleaseTests {
    /// A second is promised, on a machine that does not run a few hundred other tests meanwhile.
    private static let soon: Duration = .seconds(30)

    /// What two servers on one registry serve follows it; what runs goes on with the version that it began with.
    @Test func releasesAreFollowed() throws {
      let scratch = try ServedRegistry.shared.copy()
      let servers = [try RunningServer(scratch.registry), try RunningServer(scratch.registry)]
      for server in servers { #expect(try server.chat("story").code == "version_not_found") }

      let short = #","max_tokens":4"#
      try scratch.accrete("promote", "story@1", "--reason", "a test")
      for server in servers {
        let (answer, time) = try server.asked({ try server.chat("story", more: short) }, until: { $0.status == 200 })
        #expect(answer.headers["x-accrete-model"] == "story@1" && answer.headers["x-accrete-release"] == "4")
        #expect(time < Self.soon, "\(answer.testDescription)")
      }

      let streams = try servers.map { try $0.stream("story", tokens: 480, choices: 8) }
      try scratch.accrete("rollback", "--reason", "a test")
      for server in servers {
        let (answer, time) = try server.asked({ try server.chat("story", more: short) }, until: { $0.status == 404 })
        #expect(answer.code == "version_not_found" && time < Self.soon, "\(answer.testDescription)")
        // By its number it is still there.
        #expect(try server.chat("story@1", more: short).headers["x-accrete-release"] == "5")
      }
      #expect(streams.allSatisfy { !$0.hasEnded }, "the streams were too short to say anything")
      for stream in streams {
        let whole = try stream.answer()
        #expect(whole.events.last == "[DONE]" && whole.headers["x-accrete-release"] == "4", "\(whole.testDescription)")
        #expect(whole.events.count { $0.contains(#""finish_reason":"length""#) } == 8)
      }
      let input = #"{"model":"food","input":["ham","cake"]}"#
      let bodies = try servers.map { try $0.ask("/accrete/v1/classify", input).body }
      #expect(bodies[0] == bodies[1] && bodies[0].contains(#""release":5"#), "\(bodies)")
    }

    @Test func aRevokedKeyIsRefused() throws {
      let scratch = try ServedRegistry.shared.copy()
      let key = try scratch.accrete("keys", "create", "ci", "--model", "weather").text.trimmingCharacters(in: .newlines)
      let server = try RunningServer(scratch.registry, "--keys")
      let without = try server.chat("weather")
      #expect(without.status == 401 && without.code == "invalid_api_key", "\(without.testDescription)")
      #expect(try server.chat("weather", key: key + "x").status == 401)
      #expect(try server.chat("weather", key: key).status == 200)
      let other = try server.chat("food", key: key)
      #expect(other.status == 403 && other.code == "model_not_allowed", "\(other.testDescription)")
      // One that is made while it runs lets in, too. Wrong keys are few: they slow down whoever sends many.
      let second = try scratch.accrete("keys", "create", "second").text.trimmingCharacters(in: .newlines)
      let made = try server.asked(
        every: 0.25, { try server.chat("food", key: second) }, until: { $0.status == 200 })
      #expect(made.answer.status == 200 && made.after < Self.soon, "\(made.answer.testDescription)")

      try scratch.accrete("keys", "revoke", "ci")
      let (refused, time) = try server.asked(
        every: 0.25, { try server.chat("weather", key: key) }, until: { $0.status == 401 })
      #expect(refused.code == "invalid_api_key" && time < Self.soon, "\(refused.testDescription)")
      #expect(try server.chat("food", key: second).status == 200)
      #expect(!server.log.contains(key.suffix(43)) && !server.log.contains(second.suffix(43)))
    }
  }
}
