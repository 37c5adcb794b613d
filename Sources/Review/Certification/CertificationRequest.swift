public import Files
public import Foundation

/// Everything that a certification depends on: equal requests give equal bytes.
public struct CertificationRequest: Sendable, Equatable {
  /// The task.
  public var task: String
  /// The label that items are to be decided as.
  public var side: String
  /// The task's labels, in the order of the scores.
  public var labels: [String]
  /// The share of right ones among the decided that is asked for, between 0 and 1.
  public var precision: Double
  /// The probability with which that has to hold, between 0 and 1.
  public var confidence: Double
  /// The models that the certificate is to speak about.
  public var bindings: CertificateBindings
  /// Rows of the stream, whose labels are not looked at. Those that calibrate are left out of it.
  public var stream: [CalibrationRow]
  /// Rows with labels.
  public var rows: [CalibrationRow]
  /// When rows have to have arrived.
  public var time: Range<Date>
  /// How often some row of a set was looked at for this side before: the largest number over the rows.
  public var looks: [Digest: Int]
  /// How far people agree with each other.
  public var agreement: LabelerAgreement
  /// When the certificate expires, counted from ``now``: days and items.
  public var limits: Limits
  /// Whether the rows are coin rows of the stream, or from a file.
  public var purpose: Certificate.Purpose
  /// When it is.
  public var now: Date
  /// The other numbers.
  public var rules: CertificationRules

  /// How long a certificate holds.
  public struct Limits: Sendable, Equatable {
    /// Days of 24 hours.
    public let days: Int
    /// Items that the side may decide.
    public let items: Int

    /// Sets both.
    ///
    /// - Parameters:
    ///   - days: Days of 24 hours.
    ///   - items: Items that the side may decide.
    public init(days: Int, items: Int) {
      self.days = days
      self.items = items
    }
  }

  /// Describes what is to be certified.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - side: The label that items are to be decided as.
  ///   - labels: The task's labels, in the order of the scores.
  ///   - precision: The share of right ones that is asked for.
  ///   - confidence: The probability with which that has to hold.
  ///   - bindings: The models that the certificate is to speak about.
  ///   - stream: Rows of the stream, whose labels are not looked at.
  ///   - rows: Rows with labels.
  ///   - time: When rows have to have arrived.
  ///   - looks: How often a row was looked at for this side before; rows without a number never were.
  ///   - agreement: How far people agree with each other.
  ///   - limits: How long the certificate holds.
  ///   - purpose: Whether the rows are coin rows of the stream.
  ///   - now: When it is.
  ///   - rules: The other numbers.
  public init(
    task: String, side: String, labels: [String], precision: Double, confidence: Double, bindings: CertificateBindings,
    stream: [CalibrationRow], rows: [CalibrationRow], time: Range<Date>, looks: [Digest: Int] = [:],
    agreement: LabelerAgreement, limits: Limits, purpose: Certificate.Purpose = .production, now: Date,
    rules: CertificationRules = CertificationRules()
  ) {
    self.task = task
    self.side = side
    self.labels = labels
    self.precision = precision
    self.confidence = confidence
    self.bindings = bindings
    self.stream = stream
    self.rows = rows
    self.time = time
    self.looks = looks
    self.agreement = agreement
    self.limits = limits
    self.purpose = purpose
    self.now = now
    self.rules = rules
  }

  /// Whether some of the rows fit the scale of the scores.
  var fitsScale: Bool { labels.count > 2 || rules.fitsTwoLabels }

  /// The index of the side's label.
  ///
  /// - Throws: ``CertificationError/invalid(what:got:expected:fix:)`` for a label or a number that cannot be.
  func checkedSide() throws -> Int {
    for (name, value) in [("precision", precision), ("confidence", confidence)] where !(value > 0 && value < 1) {
      throw CertificationError.invalid(
        what: "\(name) of side \(side) of \(task)", got: "\(value)", expected: "a number between 0 and 1",
        fix: "Change it in the task's policy.")
    }
    guard let index = labels.firstIndex(where: { $0.hasSameCodePoints(as: side) }) else {
      throw CertificationError.invalid(
        what: "side of \(task)", got: side, expected: labels.listed, fix: "Name one of the task's labels.")
    }
    return index
  }
}
