import Console
import Files
import Foundation
import Registry

/// What the page shows of a registry.
extension Registry {
  /// All tasks.
  func pageTasks() throws -> ExpertsContent {
    ExpertsContent(
      rows: try tasks().map { task in
        ExpertsContent.Row(
          task: task.name, versions: task.versions, served: task.released?.number, latest: task.newest.number,
          changed: task.newest.created)
      })
  }

  /// A task with its versions.
  ///
  /// - Parameters:
  ///   - task: Its name.
  ///   - pair: Numbers of two versions to compare; `nil`: none are.
  func pageTask(_ task: String, comparing pair: (from: Int, to: Int)?) throws -> ExpertContent {
    let listed = try listedVersions().filter { $0.version.name.hasSameCodePoints(as: task) }
    guard !listed.isEmpty else {
      throw RegistryError.unknownTask(got: task, known: try tasks().map(\.name))
    }
    let aliases = try aliases(of: task)
    let numbers = Dictionary(
      listed.map { ($0.version.digest, $0.version.number) }, uniquingKeysWith: { one, _ in one })
    var difference: PageDifference?
    if let pair, let one = listed.first(where: { $0.version.number == pair.from })?.version,
      let other = listed.first(where: { $0.version.number == pair.to })?.version
    {
      let found = try self.difference(one, other)
      difference = PageDifference(
        one: "@\(pair.from)", other: "@\(pair.to)",
        rows: found.lines.map { PageDifference.Row(name: $0.what, one: $0.one, other: $0.other) }
          + found.labelsAdded.map { PageDifference.Row(name: "label", one: nil, other: $0) }
          + found.labelsRemoved.map { PageDifference.Row(name: "label", one: $0, other: nil) })
    }
    return ExpertContent(
      task: task, versions: listed.map { ExpertContent.Row($0, parents: numbers, aliases: aliases) },
      difference: difference)
  }

  /// A version.
  func pageVersion(_ task: String, _ number: Int) throws -> VersionContent {
    let record = try version(VersionReference(task, .number(number)))
    let listed = try listedVersions().first { $0.version.digest == record.digest }
    let parent = try record.parent.flatMap { digest in try versions(named: task).first { $0.digest == digest }?.number }
    let row = ExpertContent.Row(
      number: record.number, digest: record.digest, parent: parent, created: record.created,
      aliases: try aliases(of: task).filter { $0.number == number }.map(\.alias),
      isServed: listed?.isReleased ?? false, isRetired: record.state != .registered,
      score: listed?.score.map(PageEstimate.init))
    // Of a version whose blobs are gone the record is all there is.
    let manifest = record.state == .purged ? nil : try manifest(of: record)
    return VersionContent(
      task: task, row: row, base: try manifest?.base ?? base().weights,
      metrics: try metrics(of: record).map {
        VersionContent.Metric(name: $0.name, value: PageEstimate($0), rows: $0.n)
      },
      gates: try gates(of: record).enumerated().map { PageGate($1, number: $0 + 1) },
      data: manifest?.data.map { VersionContent.DataSet(use: $0.role, rows: $0.rows, digest: $0.digest) } ?? [])
  }

  /// All releases, and what differs between two.
  ///
  /// - Parameter pair: Revisions to compare; `nil`: none are.
  func pageReleases(comparing pair: (from: Int, to: Int)?) throws -> ReleasesContent {
    let changes = try history()
    let current = try currentReleaseRecord()?.revision
    let rows = changes.reversed().map { change in
      ReleasesContent.Row(
        revision: change.release.revision, published: change.release.at, who: change.release.actor,
        why: change.release.reason ?? "", tasks: change.tasks, isCurrent: change.release.revision == current)
    }
    var difference: PageDifference?
    if let pair { difference = try self.difference(from: pair.from, to: pair.to) }
    return ReleasesContent(rows: rows, difference: difference)
  }

  /// What each of two releases serves, task by task.
  private func difference(from: Int, to: Int) throws -> PageDifference {
    let (one, other) = (try release(revision: from).manifest, try release(revision: to).manifest)
    func name(_ digest: Digest?) throws -> String? { try digest.map { "\(try version(digest: $0).reference)" } }
    let tasks = Set(one.experts.keys).union(other.experts.keys).sorted()
    var rows = try tasks.map { task in
      PageDifference.Row(name: task, one: try name(one.experts[task]), other: try name(other.experts[task]))
    }
    rows.append(
      PageDifference.Row(name: "router", one: one.router?.description, other: other.router?.description))
    return PageDifference(one: "\(from)", other: "\(to)", rows: rows)
  }
}

extension ExpertContent.Row {
  fileprivate init(_ listed: ListedVersion, parents: [Digest: Int], aliases: [AliasRecord]) {
    let version = listed.version
    self.init(
      number: version.number, digest: version.digest, parent: version.parent.flatMap { parents[$0] },
      created: version.created, aliases: aliases.filter { $0.number == version.number }.map(\.alias),
      isServed: listed.isReleased, isRetired: version.state != .registered,
      score: listed.score.map(PageEstimate.init))
  }
}

extension PageEstimate {
  fileprivate init(_ metric: MetricRecord) { self.init(metric.value, low: metric.low, high: metric.high) }
}

extension PageGate {
  /// The verdict of all gates together, as the registry has it; each gate's numbers are in its report.
  fileprivate init(_ record: GateRecord, number: Int) {
    let verdict: Verdict =
      switch record.verdict {
      case .pass: .passed
      case .fail: .failed
      case .override: .overridden
      }
    self.init(
      id: "\(number)", question: "All gates, report \(record.report.digest.description)", verdict: verdict,
      note: record.reason ?? "")
  }
}
