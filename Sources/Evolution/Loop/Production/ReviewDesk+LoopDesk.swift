public import Files
public import Foundation
public import Review

extension ReviewDesk: LoopDesk {
  /// Who asks, in the audit.
  private static let loop = "loop"

  public func loopTasks() throws -> [String] { try policies().map(\.policy.task) }

  public func loopFacts(of task: String, after: Int) throws -> LoopFacts {
    let news = try news(of: task, after: after)
    var facts = LoopFacts(sequence: news.last)
    facts.newLabels = news.newLabels
    facts.hasDriftAlarm = news.hasDriftAlarm
    facts.hasStoppedSide = !news.stopped.isEmpty
    facts.erasedRows = news.erased
    return facts
  }

  public func loopRows(of task: String, after: Int, upTo: Int) throws -> [FinalRow] {
    try finalRows(of: task, after: after, upTo: upTo)
  }

  public func heldOutRows() throws -> [HeldOutRow] {
    try drawnRows().map { row in
      HeldOutRow(id: row.id, text: row.words, task: row.task, use: row.calibrates ? .calibration : .monitor)
    }
  }

  public func ask(_ items: [String], _ question: LoopQuestion, of task: String) throws {
    try askAgain(items, question == .adjudicate ? .adjudicate : .second, of: task, actor: Self.loop)
  }

  public func certificates(
    for release: [String: CertificateBindings],
    scores: (_ task: String, _ texts: [String]) throws -> (labels: [String], rows: [[Double]])
  ) throws -> (certificates: [Certificate], human: [String]) {
    var (certificates, human): ([Certificate], [String]) = ([], [])
    for policy in try policies().map(\.policy) {
      guard let bindings = release[policy.task] else { continue }
      var opinions: [Digest: ModelOpinion]?
      for side in policy.sides {
        // One that is there: of a side that the release does not touch, or made by a process that died before it could say so.
        if let named = try certificate(of: side.label, task: policy.task, for: bindings) {
          certificates.append(named.certificate)
          continue
        }
        let scored = try opinions ?? self.opinions(of: policy.task, by: bindings, scores)
        opinions = scored
        let found = try certify(side.label, of: policy.task, for: bindings, opinions: scored, actor: Self.loop)
        if let certificate = found.outcome.certificate {
          certificates.append(certificate)
        } else {
          human.append("\(policy.task)/\(side.label)")
        }
      }
    }
    return (certificates, human)
  }

  /// What the models of a release say of the rows that certify and of those from which thresholds are chosen.
  ///
  /// An expert that the release leaves as it is says what it said. Rows whose texts are gone are not scored anew.
  private func opinions(
    of task: String, by models: CertificateBindings,
    _ scores: (_ task: String, _ texts: [String]) throws -> (labels: [String], rows: [[Double]])
  ) throws -> [Digest: ModelOpinion] {
    let rows = try calibrationTexts(of: task)
    var opinions: [Digest: ModelOpinion] = [:]
    var (unscored, texts): ([Digest], [String]) = ([], [])
    for row in rows where opinions[row.item] == nil {
      if row.opinion.says(with: models) {
        opinions[row.item] = row.opinion.bound(to: models)
      } else if let words = row.words {
        unscored.append(row.item)
        texts.append(words)
      }
    }
    guard !texts.isEmpty else { return opinions }
    let found = try scores(task, texts)
    for (item, row) in zip(unscored, found.rows) {
      opinions[item] = ModelOpinion(
        task: task, version: models.expert, labels: found.labels, scores: row, router: models.router,
        base: models.base, template: models.template)
    }
    return opinions
  }

  public func stoppedSide(of task: String, since: Date) throws -> String? {
    try news(of: task, after: 0).stopped.first { $0.since >= since }?.label
  }

  public func stopSides(of task: String) throws { try suspendSides(of: task, actor: Self.loop) }

  public func checkCertificatesAgain(_ release: [String: CertificateBindings], certificates: [Digest]) throws {
    try serve(release, certificates: certificates, actor: Self.loop)
  }
}

extension ModelOpinion {
  /// Whether the models of a release, but for the router, are those that gave it.
  fileprivate func says(with models: CertificateBindings) -> Bool {
    version == models.expert && base == models.base && template == models.template
  }

  /// The same of another router.
  fileprivate func bound(to models: CertificateBindings) -> ModelOpinion {
    ModelOpinion(
      task: task, version: version, versionName: versionName, labels: labels, scores: scores,
      probabilities: probabilities, unknown: unknown, distance: distance, release: release, router: models.router,
      base: base, template: template, problem: problem)
  }
}
