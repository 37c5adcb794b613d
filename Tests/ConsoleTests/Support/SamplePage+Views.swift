import Files
import Foundation

@testable import Console

extension SamplePage {
  /// Views beside that of serving, by name: with something in every part, and with nothing.
  ///
  /// - Parameter text: Stands for every text that somebody else decides.
  static func consoleViews(_ text: String?) -> [(name: String, data: Data)] {
    let stopped = Page(for: viewer, banners: [text ?? "The loop is stopped since 08:12 by Grace."])
    return [
      ("overview", page.overview(overview(text))), ("stopped", stopped.overview(overview(text, isStopped: true))),
      ("overview-empty", page.overview(OverviewContent(serving: ServingContent(now: now)))),
      ("review", page.review(review(text), notice: .labelled)),
      ("review-blind", page.review(review(text, isBlind: true))),
      ("review-lead", page.review(review(text, isSettled: true))),
      ("review-empty", page.review(ReviewContent(now: now))),
      ("items", page.items(items(text))), ("items-empty", page.items(ItemsContent())),
      ("item", page.item(item(text), notice: .requeued)),
      ("experts", page.experts(experts(text))), ("experts-empty", page.experts(ExpertsContent())),
      ("expert", page.expert(expert(text))), ("expert-empty", page.expert(ExpertContent(task: text ?? "spam"))),
      ("version", page.version(version(text))), ("releases", page.releases(releases(text))),
      ("releases-empty", page.releases(ReleasesContent())), ("loop", page.loop(loop(text))),
      ("loop-empty", page.loop(LoopContent())), ("job", page.job(job(text))),
      ("certificates", page.certificates(certificates(text))),
      ("certificates-empty", page.certificates(CertificatesContent())),
      ("novelty", page.novelty(novelty(text))), ("novelty-empty", page.novelty(NoveltyContent())),
      ("audit", page.audit(audit(text))), ("audit-empty", page.audit(AuditContent())),
      ("keys", page.keys(keys(text))), ("keys-empty", page.keys(KeysContent(now: now))),
    ]
  }

  private static func before(hours: Double) -> Date { now.addingTimeInterval(-3600 * hours) }

  /// Texts side by side, for a browser to show.
  static func hostile(_ texts: [String]) -> Data {
    page.novelty(
      NoveltyContent(
        clusters: [.init(id: "c-1", items: texts.count, sources: 1, days: 1, since: now, samples: texts)]))
  }

  // MARK: Overview

  static func overview(_ text: String? = nil, isStopped: Bool = false) -> OverviewContent {
    var switches = [OverviewContent.Switch(target: .loop), .init(target: .review)]
    if isStopped {
      switches[0] = .init(
        target: .loop, stoppedBy: text ?? "Grace", since: before(hours: 3), startAskedBy: text ?? "Ada")
    }
    return OverviewContent(
      serving: sample(text),
      sides: [
        .init(
          task: text ?? "sms_spam", label: text ?? "violation", state: .active, daysLeft: 9.4, itemsLeft: 141_200,
          detector: .init(sum: 3.2, limit: 10_000)),
        .init(
          task: "sms_spam", label: "ok", state: .amber,
          reason: text ?? "the detector has risen: twice as many go to the coin",
          daysLeft: 2.2, itemsLeft: 18_400, detector: .init(sum: 212, limit: 10_000)),
        .init(
          task: "tweet_abuse", label: "violation", state: .stopped,
          reason: "alarm: more wrong decisions than were certified", daysLeft: 4, itemsLeft: 90_000,
          detector: .init(sum: 10_431, limit: 10_000)),
        .init(task: "tweet_abuse", label: "ok", state: .inactive, reason: "312 of 299 rows at hand, never certified"),
      ],
      queue: .init(depth: 118, oldest: 3 * 3600 + 720, pastDue: 4),
      today: .init(items: 4_212, automatic: PageEstimate(0.412, low: 0.397, high: 0.427), human: 96),
      jobs: [
        .init(id: text ?? "job-7", task: text ?? "sms_spam", state: "SHADOW", since: before(hours: 31)),
        .init(id: "job-8", task: "tweet_abuse", state: "HELD", since: before(hours: 2)),
      ],
      alarms: [
        .init(
          text: text ?? "tweet_abuse, violation: stopped by its detector", at: before(hours: 1),
          view: PagePath.certificates, isGrave: true),
        .init(text: "Four items are past due.", at: before(hours: 2), view: PagePath.items),
      ],
      switches: switches)
  }

  // MARK: Review

  static let message = """
    Hi! You have been selected for our loyalty draw. Reply WIN to 80878 within 24 hours to claim your £500 voucher. \
    Standard network charges apply, 150p per message. To opt out text STOP.
    """

  static let guideline = """
    Violation: advertising that the recipient did not ask for, prizes, premium numbers, links to shorteners.

    Ok: personal messages, appointments, codes that somebody asked for – also if they are rude.

    If a message is both, it is a violation. If you would have to know the sender to tell, skip it.
    """

  static func review(_ text: String? = nil, isBlind: Bool = false, isSettled: Bool = false) -> ReviewContent {
    ReviewContent(
      now: now,
      item: .init(
        id: text ?? "sms-2026-11-30-0412", task: text ?? "sms_spam", text: text ?? message,
        labels: [
          .init(name: text ?? "ok", help: text ?? "a person wrote it, or it was asked for"),
          .init(name: "violation", help: "advertising, prizes, premium numbers"),
        ],
        suggestion: isBlind || isSettled ? nil : .init(label: "violation", probability: 0.873),
        opinions: isSettled
          ? [
            .init(person: text ?? "Grace", label: text ?? "ok", reason: text ?? "an appointment"),
            .init(person: "Lin", label: "violation"),
          ] : [],
        leaseEnds: now.addingTimeInterval(284), guideline: .init(version: 4, text: text ?? guideline)),
      progress: .init(today: 42, waiting: 118, pastDue: 4, undoable: 3))
  }

  // MARK: Items

  private static func row(_ text: String?) -> ItemsContent.Row {
    .init(
      id: text ?? "sms-2026-11-30-0412", task: text ?? "sms_spam", state: text ?? "final", decision: text ?? "auto",
      label: text ?? "violation", probability: 0.9993, arrived: before(hours: 5))
  }

  static func items(_ text: String? = nil) -> ItemsContent {
    ItemsContent(
      rows: [
        row(text),
        .init(id: "sms-2026-11-30-0411", task: nil, state: "queued", decision: "human", arrived: before(hours: 6)),
        .init(
          id: "tw-99", task: "tweet_abuse", state: "adjudicate", decision: "human", label: "ok", probability: 0.52,
          arrived: before(hours: 30)),
      ], filter: .init(task: text ?? "sms_spam"), tasks: [text ?? "sms_spam", "tweet_abuse"], next: text ?? "412")
  }

  static func item(_ text: String? = nil) -> ItemContent {
    ItemContent(
      row: row(text),
      text: .init(
        text: text ?? message, digest: digest("item"), source: text ?? "gateway-3", redactions: 1,
        expires: now.addingTimeInterval(30 * 24 * 3600)),
      decision: .init(
        kind: text ?? "auto", label: text ?? "violation", action: text ?? "block", probability: 0.9993, tau: 0.95,
        certificate: digest("certificate"), model: text ?? "sms_spam@3", distance: 0.82, release: 12,
        reason: text ?? "chosen by the coin"),
      votes: [
        .init(
          person: text ?? "Grace", kind: text ?? "label", label: text ?? "violation",
          reason: text ?? "a premium number",
          seconds: 4.2, sawSuggestion: false, guideline: 4, at: before(hours: 4)),
        .init(person: "Lin", kind: "skip", reason: "language", seconds: 2.9, sawSuggestion: true, at: before(hours: 3)),
      ],
      history: [
        .init(at: before(hours: 5), what: text ?? "handed in"),
        .init(at: before(hours: 4), what: "labelled", who: text ?? "Grace"),
      ])
  }

  // MARK: Registry

  static func experts(_ text: String? = nil) -> ExpertsContent {
    ExpertsContent(rows: [
      .init(task: text ?? "sms_spam", versions: 4, served: 3, latest: 4, changed: before(hours: 20)),
      .init(task: "tweet_abuse", versions: 1, latest: 1, changed: before(hours: 400)),
    ])
  }

  private static func version(_ number: Int, parent: Int?, _ text: String?) -> ExpertContent.Row {
    .init(
      number: number, digest: digest("v\(number)"), parent: parent, created: before(hours: Double(100 - number)),
      aliases: number == 3 ? [text ?? "production", "stable"] : [], isServed: number == 3, isRetired: number == 2,
      score: PageEstimate(
        0.94 + 0.01 * Double(number), low: 0.92 + 0.01 * Double(number), high: 0.955 + 0.01 * Double(number)))
  }

  static func expert(_ text: String? = nil) -> ExpertContent {
    ExpertContent(
      task: text ?? "sms_spam",
      versions: [
        version(1, parent: nil, text), version(2, parent: 1, text), version(3, parent: 1, text),
        version(4, parent: 3, text),
      ],
      difference: PageDifference(
        one: "@3", other: "@4",
        rows: [
          .init(name: text ?? "learning rows", one: text ?? "4,128", other: text ?? "4,640"),
          .init(name: "router", one: "a1", other: "a1"), .init(name: "calibration", one: nil, other: "temperature"),
          .init(name: "note", one: "first", other: nil),
        ]))
  }

  private static func gates(_ text: String?) -> [PageGate] {
    [
      .init(id: "G1", question: "Is the base the same?", verdict: .passed),
      .init(
        id: "G2", question: "Do all earlier tasks answer as before?", verdict: .passed, statistic: "0 of 448 changed"),
      .init(
        id: "G3", question: text ?? "Is the task not worse than before?", verdict: .underpowered,
        statistic: text ?? "+0.4 points", bound: text ?? "−1.6 points", margin: text ?? "−1.0 points", rows: 500,
        note: text ?? "n = 500, needs 3,092"),
      .init(
        id: "G4", question: "Do requests go where they went?", verdict: .failed, statistic: "−0.9 points",
        bound: "−1.3 points", margin: "−0.5 points", rows: 1_237),
      .init(
        id: "G6", question: "Is it within the budget?", verdict: .overridden, statistic: "212 MiB", margin: "200 MiB"),
      .init(id: "G7", question: "Is nothing planted?", verdict: .open),
    ]
  }

  static func version(_ text: String? = nil) -> VersionContent {
    VersionContent(
      task: text ?? "sms_spam", row: version(4, parent: 3, text), base: digest("base"),
      metrics: [
        .init(name: text ?? "accuracy", value: PageEstimate(0.981, low: 0.969, high: 0.989), rows: 1_031),
        .init(name: "recall of violation", value: PageEstimate(0.91, low: 0.85, high: 0.95), rows: 128),
      ], gates: gates(text),
      data: [
        .init(use: text ?? "learn", rows: 4_128, digest: digest("learn")),
        .init(use: "gate", rows: 500, digest: digest("gate")),
      ],
      card: text ?? "Messages in English from one gateway.\nNot for other languages.")
  }

  static func releases(_ text: String? = nil) -> ReleasesContent {
    ReleasesContent(
      rows: [
        .init(
          revision: 12, published: before(hours: 72), who: text ?? "loop", why: text ?? "500 new labels of sms_spam",
          tasks: 2, isCurrent: true),
        .init(revision: 11, published: before(hours: 300), who: "Grace", tasks: 2),
        .init(revision: 10, published: before(hours: 900), who: "Ada", why: "tweet_abuse joins", tasks: 2),
      ],
      difference: PageDifference(
        one: "11", other: "12", rows: [.init(name: text ?? "sms_spam", one: text ?? "@2", other: text ?? "@3")]))
  }

  // MARK: Loop

  private static func job(_ text: String?) -> LoopContent.Row {
    .init(
      id: text ?? "job-7", task: text ?? "sms_spam", state: text ?? "SHADOW", since: before(hours: 31), attempt: 1,
      trigger: text ?? "T1: 512 new labels", reason: text ?? "")
  }

  static func loop(_ text: String? = nil) -> LoopContent {
    LoopContent(
      rows: [
        .init(
          id: "job-8", task: "tweet_abuse", state: "HELD", since: before(hours: 2), attempt: 2, trigger: "T2: drift",
          reason: "250 rows from one source have the same rare words"), job(text),
      ], triggers: [.init(task: text ?? "gender", labels: 212, needed: 500)], stoppedBy: text)
  }

  static func job(_ text: String? = nil) -> JobContent {
    let steps = (0..<40).map(Double.init)
    return JobContent(
      row: job(text),
      inputs: [.init(name: text ?? "labels", value: text ?? "512 rows", digest: digest("rows"))],
      outputs: [
        .init(name: "version", value: "sms_spam@4", digest: digest("v4")), .init(name: "CPU time", value: "812 s"),
      ],
      gates: gates(text),
      curves: [
        PageCurve(
          title: "Shadow: evidence that the candidate is not worse", xTitle: "pairs",
          lines: [
            .init(name: text ?? "promote", points: steps.map { .init(x: $0 * 25, y: exp($0 * 0.07 + 0.3 * sin($0))) }),
            .init(name: "harm", points: steps.map { .init(x: $0 * 25, y: exp(0.2 * cos($0 * 0.7))) }),
          ], bounds: [.init(y: 20, name: text ?? "not worse"), .init(y: 100, name: "roll back")], isLogarithmic: true),
        PageCurve(
          title: "Canary: errors by hour", xTitle: "hours",
          lines: [
            .init(
              name: "candidate", points: steps.map { .init(x: $0, y: 0.02 + 0.004 * sin($0), low: 0.01, high: 0.03) })
          ]),
      ],
      steps: [
        .init(state: "COLLECT", at: before(hours: 40), outcome: text ?? "512 rows"),
        .init(state: "TRAIN", at: before(hours: 39)),
      ],
      overrides: [
        .init(
          gate: "G6", reason: text ?? "the machine has the memory", people: [text ?? "Ada", "Grace"],
          at: before(hours: 32))
      ])
  }

  // MARK: Evidence

  static func certificates(_ text: String? = nil) -> CertificatesContent {
    let week = { (index: Int) in before(hours: 168 * Double(index)) }
    return CertificatesContent(
      certificates: [
        .init(
          digest: digest("c1"), task: text ?? "sms_spam", side: text ?? "violation", tau: 0.95, alpha: 0.02,
          delta: 0.05,
          rows: 700, wrong: 7, upper: 0.0187, daysLeft: 9.4, isInUse: true, agreement: 0.962),
        .init(
          digest: digest("c2"), task: "sms_spam", side: "ok", tau: 0.9993, alpha: 0.01, delta: 0.05, rows: 473,
          wrong: 1, upper: 0.00999, daysLeft: -1),
        .init(
          digest: digest("c3"), task: "tweet_abuse", side: "violation", tau: 0.97, alpha: 0.05, delta: 0.05, rows: 300,
          wrong: 4, upper: 0.03, daysLeft: 12, isFromFile: true),
      ],
      weeks: [
        .init(
          from: week(1), task: text ?? "sms_spam", side: text ?? "violation", items: 29_104, stripped: 0.288,
          alpha: 0.02,
          realised: PageEstimate(0.991, low: 0.982, high: 0.996), prevalence: 0.118, saved: 7_799),
        .init(
          from: week(1), task: "sms_spam", side: nil, items: 29_104, stripped: 0.86, saved: 0, isOracle: true),
        .init(
          from: week(2), task: "sms_spam", side: "violation", items: 28_001, stripped: 0.27, alpha: 0.02,
          realised: PageEstimate(0.95, low: 0.93, high: 0.97), prevalence: 0.12, saved: 7_000),
        .init(from: week(3), task: "sms_spam", side: "ok", items: 28_001, stripped: 0),
      ],
      curves: [
        PageCurve(
          title: "sms_spam, violation: precision by week", xTitle: "week",
          lines: [
            .init(
              name: "realised",
              points: (1...8).map { .init(x: Double($0), y: 0.985 + 0.001 * Double($0 % 3), low: 0.97, high: 0.995) })
          ], bounds: [.init(y: 0.98, name: "certified")])
      ],
      candidates: [
        .init(task: text ?? "tweet_abuse", side: text ?? "ok", rows: 312, needed: 299),
        .init(task: "tweet_abuse", side: "violation", rows: 40, needed: 149),
      ])
  }

  static func novelty(_ text: String? = nil) -> NoveltyContent {
    NoveltyContent(
      clusters: [
        .init(
          id: text ?? "c-1", items: 412, sources: 31, days: 9, since: before(hours: 220),
          samples: (1...10).map { text ?? "How do I return an order that came \($0) days late?" }),
        .init(id: "c-2", items: 204, sources: 6, days: 3, since: before(hours: 80), samples: ["Where is my parcel?"]),
      ], unknown: PageEstimate(0.031, low: 0.028, high: 0.034), recall: PageEstimate(0.7, low: 0.66, high: 0.74))
  }

  static func audit(_ text: String? = nil) -> AuditContent {
    AuditContent(
      chains: [
        .init(name: "registry", entries: 412, head: digest("head"), verification: .init(at: before(hours: 1))),
        .init(
          name: "reviews", entries: 48_210, head: digest("other"), verification: .init(at: before(hours: 9), broken: 17)
        ),
        .init(name: "keys", entries: 3, head: digest("third")),
      ],
      entries: [
        .init(
          chain: "reviews", number: 48_210, at: before(hours: 0.1), who: text ?? "Grace", what: text ?? "vote",
          subject: text ?? "sms-2026-11-30-0412", digest: digest("e1")),
        .init(
          chain: "registry", number: 412, at: before(hours: 20), who: "loop", what: "register", digest: digest("e2")),
      ], next: text ?? "48209")
  }

  static func keys(_ text: String? = nil) -> KeysContent {
    KeysContent(
      keys: [
        .init(
          id: text ?? "k1", name: text ?? "Ada", scopes: ["admin"], created: before(hours: 900),
          expires: now.addingTimeInterval(1e6)),
        .init(id: "k2", name: "gateway-3", scopes: ["review.submit", "infer"], created: before(hours: 800)),
        .init(
          id: "k3", name: "Lin", scopes: ["review.work"], created: before(hours: 700), expires: before(hours: 1)),
        .init(
          id: "k4", name: "old", scopes: ["infer"], created: before(hours: 700), revoked: before(hours: 2)),
      ],
      scopes: [
        .init(name: "review.work", meaning: "review items"),
        .init(name: "review.lead", meaning: "settle disagreements"),
      ], made: text ?? "ak_k5_0123456789012345678901234567890123456789012", now: now)
  }
}
