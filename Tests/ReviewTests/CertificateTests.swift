import Assurance
import Files
import Foundation
import Testing

@testable import Review

/// Are a certificate's bytes always the same, and is every changed one refused?
@Suite struct CertificateTests {
  /// A certificate with every field set by hand.
  private func example() throws -> Certificate {
    Certificate(
      schema: 1, task: "spam", side: "violation", labels: ["ok", "violation"], tau: 0.95, alpha: 0.02, delta: 0.05,
      look: 1, level: 0.05, n: 700, k: 7, upper: 0.0187, grid: SyntheticRows.digest("grid"),
      rows: SyntheticRows.digest("rows"), from: 1_764_000_000, to: 1_764_600_000, issued: 1_764_633_600,
      prevalence: 0.125, confusion: [[600, 7], [12, 693]], histogram: [1, 0],
      scale: try TemperatureScaling(temperature: 1, bias: [0, 0]),
      expert: SyntheticRows.digest("expert"), base: SyntheticRows.digest("base"),
      router: SyntheticRows.digest("router"), template: nil, labelerAgreement: LabelerAgreement(n: 50, same: 49),
      purpose: .production, carriedFrom: nil, expires: Certificate.Expiry(at: 1_765_843_200, items: 200_000))
  }

  @Test func bytes() throws {
    let text = String(decoding: try example().data(), as: UTF8.self)
    let parts = [
      #"{"alpha":0.02,"base":"\#(SyntheticRows.digest("base"))","confusion":[[600,7],[12,693]],"delta":0.05"#,
      #""expert":"\#(SyntheticRows.digest("expert"))","expires":{"at":1765843200,"items":200000},"from":1764000000"#,
      #""grid":"\#(SyntheticRows.digest("grid"))","histogram":[1,0],"issued":1764633600,"k":7"#,
      #""labeler_agreement":{"n":50,"same":49},"labels":["ok","violation"],"level":0.05,"look":1,"n":700"#,
      #""prevalence":0.125,"purpose":"production","router":"\#(SyntheticRows.digest("router"))""#,
      #""rows":"\#(SyntheticRows.digest("rows"))","scale":{"bias":[0,0],"temperature":1},"schema":1"#,
      #""side":"violation","task":"spam","tau":0.95,"to":1764600000,"upper":0.0187}"#,
    ]
    #expect(text == parts.joined(separator: ","))
    let data = Data(text.utf8)
    #expect(try Certificate(data, named: Digest(of: data)) == example())
  }

  @Test func equalRequestsGiveEqualBytes() throws {
    let (one, other) = (try SyntheticRows.certificate(seed: 2), try SyntheticRows.certificate(seed: 2))
    #expect(one.1.digest == other.1.digest && one.0.blobs == other.0.blobs)
    #expect(try SyntheticRows.certificate(seed: 3).1.digest != one.1.digest)
  }

  @Test func otherBytesAreNotRead() throws {
    let data = try example().data()
    let digest = Digest(of: data)
    var changed = data
    changed.replace(Data("\"n\":700".utf8), with: Data("\"n\":900".utf8))
    #expect(changed != data)
    #expect(
      throws: CertificationError.changed(what: "certificate \(digest)", expected: digest, got: Digest(of: changed))
    ) {
      try Certificate(changed, named: digest)
    }
    let text = String(decoding: data, as: UTF8.self)
    for other in [
      text + "\n", text.replacingOccurrences(of: "{\"alpha\"", with: "{ \"alpha\""),
      text.replacingOccurrences(of: "{\"alpha\"", with: "{\"aaa\":1,\"alpha\""),
      text.replacingOccurrences(of: "\"schema\":1", with: "\"schema\":2"),
      text.replacingOccurrences(of: "\"k\":7,", with: ""), "{}", "", "[1]",
    ] {
      let data = Data(other.utf8)
      #expect(throws: CertificationError.self, "\(other.prefix(40))") {
        try Certificate(data, named: Digest(of: data))
      }
    }
  }

  @Test func whatItSaysFollowsFromItsBlobs() throws {
    let (outcome, named) = try SyntheticRows.certificate()
    func verify(_ certificate: Certificate) throws {
      try certificate.verify { digest in try #require(outcome.blobs[digest]) }
    }
    try verify(named.certificate)
    // A better name for a worse certificate: the digest fits, and nothing follows.
    let text = String(decoding: try named.certificate.data(), as: UTF8.self)
    let n = named.certificate.n
    for (from, to) in [
      ("\"n\":\(n),", "\"n\":\(n + 1),"), ("\"k\":0,", "\"k\":1,"), ("\"look\":1", "\"look\":2"),
      ("\"side\":\"violation\"", "\"side\":\"ok\""), ("\"tau\":\(named.certificate.tau)", "\"tau\":0.51"),
      ("\"temperature\":\(text.after("\"temperature\":"))", "\"temperature\":9"),
      ("\"alpha\":\(text.after("\"alpha\":"))", "\"alpha\":0.0001"),
    ] {
      let changed = text.replacingOccurrences(of: from, with: to)
      #expect(changed != text, "\(from) is not there")
      let data = Data(changed.utf8)
      let certificate = try Certificate(data, named: Digest(of: data))
      #expect(throws: CertificationError.self, "\(from) to \(to)") { try verify(certificate) }
    }
  }

  @Test func otherBlobsAreRefused() throws {
    let (outcome, named) = try SyntheticRows.certificate()
    let (other, _) = try SyntheticRows.certificate(seed: 9)
    for digest in [named.certificate.grid, named.certificate.rows] {
      // Both may have the same thresholds: those are no other blob.
      let others = other.blobs.filter { $0.key != digest }
      #expect(!others.isEmpty)
      for blob in others.values {
        #expect(throws: CertificationError.self) {
          try named.certificate.verify { asked in asked == digest ? blob : try #require(outcome.blobs[asked]) }
        }
      }
    }
  }

  @Test func carriedOverOnlyWhereEveryRowIsAnsweredAlike() throws {
    let (outcome, named) = try SyntheticRows.certificate()
    let data = try #require(outcome.blobs[named.certificate.rows])
    let certified = try JSONFile.decode(CertifiedRows.self, from: data, path: "rows")
    let now = SyntheticRows.now.addingTimeInterval(86_400)
    var answers = certified.rows.map { row in
      CarriedRow(
        item: row.item, before: .init(task: "spam", scores: [-1, -2]), after: .init(task: "spam", scores: [-1, -2]))
    }
    func carried() throws -> Certificate {
      try named.certificate.carried(
        to: SyntheticRows.otherBindings, named: named.digest, over: certified, answers: answers, at: now)
    }
    let result = try carried()
    #expect(result.bindings == SyntheticRows.otherBindings && result.carriedFrom == named.digest)
    #expect(result.expires.at == Int(now.timeIntervalSince1970) + 7 * 86_400)
    #expect((result.tau, result.n, result.k) == (named.certificate.tau, named.certificate.n, named.certificate.k))
    let again = try result.carried(
      to: SyntheticRows.bindings, named: named.digest, over: certified, answers: answers,
      at: now.addingTimeInterval(86_400))
    #expect(again.expires.at == result.expires.at, "what was carried before gets no more time")

    let removed = answers.popLast()
    let last = try #require(removed)
    #expect(throws: CertificationError.self, "a row without answer") { try carried() }
    for after in [
      CarriedRow.Answer(task: "spam", scores: [-1, -2.0.nextUp]), .init(task: "other", scores: [-1, -2]),
      .init(task: nil, scores: [-1, -2]),
    ] {
      answers.append(CarriedRow(item: last.item, before: last.before, after: after))
      #expect(throws: CertificationError.answersDiffer(task: "spam", label: "violation", row: last.item)) {
        try carried()
      }
      answers.removeLast()
    }
  }
}

extension String {
  /// What stands between a key and the next comma or bracket.
  fileprivate func after(_ key: String) -> String {
    guard let range = range(of: key) else { return "" }
    return String(self[range.upperBound...].prefix { !",}".contains($0) })
  }
}
