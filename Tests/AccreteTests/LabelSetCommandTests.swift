import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Do learn, predict, evaluate, show, explain and export say of several labels what they should?
  @Suite struct LabelSetCommandTests {
    private func run(_ arguments: String..., input: String? = nil, in scratch: Scratch, code: Int32 = 0) throws
      -> Outcome
    {
      let outcome = try Accrete.run(arguments, input: input.map { Data($0.utf8) }, in: scratch.url)
      try #require(outcome.code == code, "\(arguments): \(outcome.testDescription)")
      return outcome
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
      try text.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    /// A table with its labels in one cell.
    private static let table =
      "text,labels,split\n"
      + (0..<20).flatMap { place in
        [("rain", "wet"), ("frost", "cold"), ("sleet", "wet|cold"), ("sun", "")].map { word, labels in
          "In place \(place) there is \(word).,\(labels),\(place % 5 == 4 ? "test" : place % 5 == 3 ? "dev" : "train")\n"
        }
      }.joined()

    @Test func wholeWay() throws {
      let scratch = try Scratch()
      try scratch.write(Self.table, to: "air.csv")
      _ = try run("init", "--base", Accrete.base.lastPathComponent, in: scratch)
      let learned = try run(
        "learn", "air.csv", "--output-head", "ridge", "--threads", "1", "--json", "--quiet", in: scratch)
      let result = try #require(try learned.json() as? [String: Any])
      #expect(result["released"] as? Bool == true && result["outputHead"] as? String == "ridge")
      #expect((result["rows"] as? [String: Any])?["kind"] as? String == "several-labels")

      let lines =
        "{\"text\":\"In place 77 there is sleet.\",\"labels\":[\"wet\"]}\n{\"text\":\"In place 78 there is sun.\"}\n"
      let answers = try objects(run("predict", "--task", "air", input: lines, in: scratch).text)
      #expect(answers[0]["labels"] as? [String] == ["cold", "wet"] && answers[1]["labels"] as? [String] == [])
      #expect(answers[0]["label"] == nil && answers[0]["text"] == nil && answers[0]["abstained"] == nil)
      let probabilities = try #require(answers[0]["probabilities"] as? [[String: Any]])
      #expect(probabilities.count == 2 && Set(probabilities.compactMap { $0["label"] as? String }) == ["cold", "wet"])
      let certainty = try #require(probabilities.compactMap { $0["p"] as? Double }.map { max($0, 1 - $0) }.min())
      #expect(answers[0]["confidence"] as? Double == certainty)
      let asked = try run("predict", "--task", "air", "--abstain-below", "1", "--top", "1", input: lines, in: scratch)
      // All 16 or so choose rows are right, so that no row bears out such a threshold.
      #expect(asked.error.contains("--abstain-below 1 asks for more than they show"), "\(asked.error)")
      let unsure = try objects(asked.text)
      #expect(unsure[0]["labels"] == nil && unsure[0]["abstained"] as? Bool == true)
      #expect((unsure[0]["probabilities"] as? [Any])?.count == 1)
      // What is written as a table is read as rows again.
      let csv = try run("predict", "--task", "air", "--format", "csv", input: lines, in: scratch).text
      let rows = csv.split(separator: "\r\n", omittingEmptySubsequences: false)
      #expect(
        rows[0].hasSuffix(",error,labels,probabilities") && rows[1].contains(",,cold|wet,") && rows[2].contains(",,,"))
      try scratch.write(csv, to: "answered.csv")
      let again = try run(
        "evaluate", "answered.csv", "--task", "air", "--columns", "text=input,labels=labels", in: scratch)
      #expect(again.text.contains("micro-F1 1.0000"))

      let scored = try run("evaluate", "air.csv", "--task", "air", in: scratch).text
      for part in [
        "air@1  n 80", "micro-F1 ", "macro-F1 ", "Hamming loss", "cold  threshold ", "ECE ", "subset accuracy",
      ] {
        #expect(scored.contains(part), "\(scored)")
      }
      let scores = try #require(
        try run("evaluate", "air.csv", "--task", "air", "--json", in: scratch).json() as? [String: Any])
      let sets = try #require(scores["labelSets"] as? [String: Any])
      #expect((sets["labels"] as? [[String: Any]])?.compactMap { $0["label"] as? String } == ["cold", "wet"])
      let shown = try run("show", "air", in: scratch).text
      #expect(shown.contains("any number of them a row") && shown.contains("thresholds") && shown.contains("micro-f1"))
      #expect(try run("list", in: scratch).text.contains("micro-f1"))
      let why = try run("explain", "In place 77 there is sleet.", "--task", "air", in: scratch).text
      #expect(why.contains("air@1 answers \"cold\", \"wet\"") && why.contains("given from"))
      let none = try run("explain", "In place 78 there is sun.", "--task", "air", in: scratch).text
      #expect(none.contains("air@1 answers no label") && none.contains("not given from"))
      let export = try Accrete.run(["registry", "export", "air", "--peft", "--out", "adapter"], in: scratch.url)
      expectRefusal(export, code: 65, "air@1: answers with several labels")

      try scratch.write("text,label\na,x\nb,y\n", to: "one.csv")
      expectRefusal(try Accrete.run(["learn", "one.csv", "--name", "air"], in: scratch.url), code: 65)
      try scratch.write("text,label,labels\na,x,y\n", to: "both.csv")
      let both = try Accrete.run(["learn", "both.csv"], in: scratch.url)
      expectRefusal(both, code: 65, "both.csv:1:", "text-label or text-labels")
      let bad = try Accrete.run(
        ["evaluate", "-", "--task", "air"], input: Data("{\"text\":\"x\",\"labels\":[\"hot\"]}\n".utf8), in: scratch.url
      )
      expectRefusal(bad, code: 65, "air@1 has no label \"hot\"")
    }
  }
}
