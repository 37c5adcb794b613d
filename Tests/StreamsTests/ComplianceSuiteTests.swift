import Foundation
import Streams
import TestSupport
import Testing

@Suite struct ComplianceSuiteTests {
  private static let rows = #"[{"label":"ok","sentence":" a\n"}, {"label":"violation","sentence":"b"}]"#

  /// The files of a task; a dev file that would be refused if it were read.
  private func write(_ task: String, in folder: Scratch, train: String = rows) throws {
    try folder.write(#"["ok", "violation"]"#, to: "\(task)/labels.json")
    try folder.write(train, to: "\(task)/train.json")
    try folder.write(Self.rows, to: "\(task)/test.json")
    try folder.write("no JSON", to: "\(task)/dev.json")
  }

  @Test func ordersAreThoseOfTencent3() throws {
    let suite = ComplianceSuite(.english, directory: URL(fileURLWithPath: "/nowhere"))
    #expect(suite.name == "compliance-en" && suite.orders == [1, 2, 3])
    #expect(try suite.taskNames(order: 1) == ["tweet_abuse", "sms_spam", "headline_clickbait"])
    #expect(try suite.taskNames(order: 2) == ["headline_clickbait", "tweet_abuse", "sms_spam"])
    #expect(try suite.taskNames(order: 3) == ["sms_spam", "headline_clickbait", "tweet_abuse"])
    let chinese = ComplianceSuite(.chinese, directory: URL(fileURLWithPath: "/nowhere"))
    #expect(chinese.name == "compliance-zh")
    #expect(try chinese.taskNames(order: 3) == ["region", "gender", "race"])
    #expect(throws: StreamError.self) { try suite.taskNames(order: 0) }
    #expect(throws: StreamError.self) { try suite.task(named: "race") }
    #expect(chinese.files(ofTask: "race").map(\.lastPathComponent) == ["train.json", "test.json", "labels.json"])
    #expect(chinese.files(ofTask: "../race").isEmpty)
  }

  @Test func english() throws {
    let folder = try Scratch()
    try write("sms_spam", in: folder)
    let task = try ComplianceSuite(.english, directory: folder.url).task(named: "sms_spam")
    #expect(task.kind == .classification && task.labels == ["ok", "violation"])
    #expect(task.prompt(of: task.train[0]) == "Is this message ok, or is it spam, a violation?\na\nReview:")
    #expect(task.train.map(\.answer) == ["ok", "violation"])
  }

  @Test func chineseIsAnsweredInChinese() throws {
    let folder = try Scratch()
    try write("gender", in: folder)
    let task = try ComplianceSuite(.chinese, directory: folder.url).task(named: "gender")
    #expect(task.labels == ["合规", "违规"] && task.test.map(\.answer) == ["合规", "违规"])
    #expect(task.prompt(of: task.test[0]) == "这条评论合规，还是含有性别歧视而违规？\na\n审核：")
    #expect(task.labelIndex(of: task.train[1]) == 1 && task.train[1].id == "gender/train/1")
  }

  @Test(arguments: [
    (
      #"[{"label":"ok","sentence":"a"}, {"label":"spam","sentence":"b"}]"#,
      #":1 (row 1, counted from 0): expected one of the labels "ok", "violation", got "spam"."#
    ),
    (#"[{"label":"ok","sentence":"a"}"#, ":1 (row 0, counted from 0): expected the end of this row and of the array"),
    (#"[{"label":"ok","sentence":"a"}]"#, #": expected a training row for every label, got none for "violation"."#),
  ])
  func badTrainFile(content: String, expected: String) throws {
    let folder = try Scratch()
    try write("race", in: folder, train: content)
    let got = message(in: folder) { _ = try ComplianceSuite(.chinese, directory: folder.url).task(named: "race") }
    #expect(got?.hasPrefix("race/train.json" + expected) == true, "\(got ?? "no error")")
  }

  @Test func missingFile() throws {
    let folder = try Scratch()
    try folder.write(#"["ok", "violation"]"#, to: "race/labels.json")
    let got = message(in: folder) { _ = try ComplianceSuite(.chinese, directory: folder.url).task(named: "race") }
    #expect(got?.hasPrefix("race/train.json: expected a file, got nothing there.") == true)
  }

  /// Rows as the data's manifest counts them, and test rows whose text is trained on.
  @Test(
    .enabled(if: BenchmarkData.has(BenchmarkData.compliance(.chinese)), BenchmarkData.absent),
    arguments: [
      ("tweet_abuse", [6660, 1666]), ("sms_spam", [4128, 1031]), ("headline_clickbait", [6000, 2000]),
      ("race", [10_694, 1685]), ("region", [8379, 2086]), ("gender", [6574, 1550]),
    ])
  func realFiles(name: String, expected: [Int]) throws {
    let language: ComplianceSuite.Language = ["race", "region", "gender"].contains(name) ? .chinese : .english
    let task = try ComplianceSuite(language, directory: BenchmarkData.compliance(language)).task(named: name)
    #expect([task.train.count, task.test.count] == expected)
    #expect(Set(task.test.map(\.answer)) == Set(task.labels))
  }
}
