import Foundation
import Testing

extension CommandLineTests {
  /// Does `review plan` say what a certificate will take, and refuse what is no share?
  @Suite struct ReviewPlanCommandTests {
    private static let asked = ["review", "plan", "--precision", "0.98", "--prevalence", "0.12", "--volume", "1000"]

    @Test func numbers() throws {
      let outcome = try Accrete.run(Self.asked + ["--seconds", "18", "--json"])
      let plan = try #require(try outcome.json() as? [String: Any], "\(outcome.testDescription)")
      let cases = try #require(plan["cases"] as? [[String: Any]])
      #expect(cases.map { $0["rows"] as? Int } == [298, 523, 1390, 4263])
      #expect(cases.first?["coinRows"] as? Int == 7096 && cases.first?["items"] as? Int == 14_192)
    }

    @Test func text() throws {
      let outcome = try Accrete.run(Self.asked)
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.testDescription)")
      for words in ["if wrong", "0 %", "0.5 %", "1 %", "1.4 %", "at most 5", "14192", "2 % is allowed"] {
        #expect(outcome.text.contains(words), "\(words): \(outcome.text)")
      }
    }

    @Test(arguments: [
      (["--precision", "98"], "between 0 and 1"), (["--confidence", "1"], "between 0 and 1"),
      (["--prevalence", "0"], "a share above 0"), (["--share", "nan"], "a share above 0"),
      (["--double=-1"], "0 to 1"), (["--volume", "0"], "items a day"), (["--seconds", "inf"], "at most a day"),
    ]) func whatIsRefused(words: [String], message: String) throws {
      let kept =
        Self.asked.prefix(2)
        + stride(from: 2, to: Self.asked.count, by: 2).flatMap { index in
          words.contains(Self.asked[index]) ? [] : Array(Self.asked[index...index + 1])
        }
      let outcome = try Accrete.run(Array(kept) + words)
      #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome.testDescription)")
      #expect(outcome.error.contains(message), "\(outcome.testDescription)")
    }
  }
}
