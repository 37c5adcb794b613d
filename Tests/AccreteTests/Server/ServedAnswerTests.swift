import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does a server say what the command line says, to the byte? Nothing here changes the registry: one server answers all.
  @Suite(.serialized) struct ServedAnswerTests {
    private static let texts = [
      ServedRegistry.text, "Expect a blue sky in the north.", "There is honey at place 1.", "x",
      "Völlig anderes, 日本語 🙂",
      "Expect an accident today.",
    ]
    private let (scratch, server): (Scratch, RunningServer)

    init() throws { (scratch, server) = try SharedServer.shared.started() }

    private func json(_ texts: [String]) throws -> String {
      String(decoding: try JSONSerialization.data(withJSONObject: texts), as: UTF8.self)
    }

    /// The lines that a command prints of the texts, each without the text itself.
    private func lines(_ arguments: String...) throws -> [String] {
      let rows = try Self.texts.map {
        String(decoding: try JSONSerialization.data(withJSONObject: ["text": $0]), as: UTF8.self)
      }
      try scratch.write(rows.joined(separator: "\n"), to: "texts.jsonl")
      let outcome = try Accrete.run(
        arguments + ["texts.jsonl", "--json", "--quiet", "--threads", "1"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let lines = outcome.text.split(separator: "\n").map(String.init)
      try #require(lines.count == Self.texts.count)
      return try lines.map { line in
        let end = try #require(line.range(of: #","input":"#))
        return String(line[..<end.lowerBound])
      }
    }

    @Test func itIsReady() throws {
      #expect(server.ready["base"] as? String == "seedling" && server.ready["release"] as? Int == 3)
      #expect(server.ready["pid"] as? Int == Int(server.process.processIdentifier))
      let ready = try server.ask("/readyz")
      #expect(ready.status == 200 && ready.body == #"{"ready":true}"#, "\(ready.testDescription)")
      #expect(try server.ask("/healthz").status == 200)
      let metrics = try server.ask("/metrics", isAdmin: true)
      #expect(metrics.status == 200 && metrics.body.contains("accrete_release_revision 3"))
      // The admin listener's paths are not the other's.
      #expect(try server.ask("/metrics").status == 404)
    }

    @Test func models() throws {
      func ids(_ path: String) throws -> [[String?]] {
        let data = try #require(try server.ask(path).json()["data"] as? [[String: Any]])
        return data.map { [$0["id"] as? String, $0["root"] as? String] }
      }
      let released = [
        ["seedling", "seedling"], ["auto", "auto"], ["food", "food@1"], ["traffic", "traffic@1"],
        ["weather", "weather@1"],
      ]
      #expect(try ids("/v1/models") == released)
      // One that is not released is asked for by its number.
      #expect(try ids("/v1/models?all=1") == released[..<3] + [["story@1", "story@1"]] + released[3...])
    }

    @Test func aTaskAnswersItsLabel() throws {
      for task in ["weather", "traffic", "food"] {
        let classified = try server.ask(
          "/accrete/v1/classify", #"{"model":"\#(task)","input":["\#(ServedRegistry.text)"]}"#
        ).json()
        let result = try #require((classified["results"] as? [[String: Any]])?.first)
        let chat = try server.chat(task)
        let answer = try chat.json()
        let choice = try #require((answer["choices"] as? [[String: Any]])?.first)
        #expect((choice["message"] as? [String: Any])?["content"] as? String == result["label"] as? String)
        #expect(answer["model"] as? String == "\(task)@1" && chat.headers["x-accrete-model"] == "\(task)@1")
        let accrete = try #require(answer["accrete"] as? [String: Any])
        #expect(accrete["probabilities"] as? NSArray == result["probabilities"] as? NSArray)
        #expect(accrete["probabilities"] != nil && accrete["release"] as? Int == 3)
      }
    }

    /// The numbers of closed-form heads and of an expert.
    @Test(arguments: ["weather", "traffic", "food"]) func classifySaysWhatPredictSays(task: String) throws {
      // So few gate rows do not show that probabilities are as frequent as they say.
      let rows = try lines("predict", "--task", task).map { $0 + #","calibrated":false}"# }
      let answer = try server.ask("/accrete/v1/classify", #"{"model":"\#(task)","input":\#(try json(Self.texts))}"#)
      #expect(
        answer.body.contains(#""results":[\#(rows.joined(separator: ","))]"#),
        "\(rows) is not in \(answer.testDescription)")
    }

    @Test func routeSaysWhatRouteSays() throws {
      let rows = try lines("route").map { line in
        try #require(line.hasPrefix(#"{"routing":{"#) && line.hasSuffix("}"))
        let task = line.firstMatch(of: #/"task":"([a-z]+)"/#).map { #""\#($0.1)@1""# }
        return line.dropFirst(#"{"routing":"#.count).dropLast() + #","model":\#(task ?? "null")}"#
      }
      let answer = try server.ask("/accrete/v1/route", #"{"input":\#(try json(Self.texts))}"#)
      #expect(answer.body == "[\(rows.joined(separator: ","))]", "\(answer.testDescription)")
      // Of both kinds, or it would say little.
      #expect(answer.body.contains(#""unknown":true"#) && answer.body.contains(#""unknown":false"#))
    }

    @Test func whatIsNotThere() throws {
      for (name, code) in [
        ("nothing", "model_not_found"), ("story", "version_not_found"), ("food@9", "version_not_found"),
      ] {
        let answer = try server.chat(name)
        #expect(answer.status == 404 && answer.code == code, "\(name): \(answer.testDescription)")
      }
      let route = try server.ask("/v1/embeddings", "{}")
      #expect(route.status == 404 && route.code == "route_not_found", "\(route.testDescription)")
    }

    /// The same request gets the same bytes, whatever else is answered at the time.
    @Test func aWrittenAnswerIsTheSameInCompany() throws {
      let more = #","max_tokens":40,"temperature":1,"seed":7,"ignore_eos":true"#
      func content(_ answer: ServerAnswer) throws -> String {
        let choice = try #require(
          (try answer.json()["choices"] as? [[String: Any]])?.first, "\(answer.testDescription)")
        return try #require((choice["message"] as? [String: Any])?["content"] as? String)
      }
      let alone = try content(server.chat("story@1", more: more))
      let others = try (0..<4).map { try server.stream($0 % 2 == 0 ? "base" : "story@1", tokens: 100) }
      #expect(try content(server.chat("story@1", more: more)) == alone)
      for other in others { #expect(try other.answer().events.last == "[DONE]") }
      #expect(try content(server.chat("base", more: more)) != alone)
    }
  }
}

/// A server that many tests ask and none changes.
private final class SharedServer: @unchecked Sendable {
  static let shared = SharedServer()

  private let lock = NSLock()
  private var running: (Scratch, RunningServer)?

  private init() {
    atexit { SharedServer.shared.running = nil }
  }

  func started() throws -> (Scratch, RunningServer) {
    try lock.withLock {
      if let running { return running }
      let scratch = try ServedRegistry.shared.copy()
      let made = (scratch, try RunningServer(scratch.registry))
      running = made
      return made
    }
  }
}
