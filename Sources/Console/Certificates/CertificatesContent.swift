public import Files
public import Foundation

/// Certificates, and what they turned out to be worth.
public struct CertificatesContent: Sendable, Equatable {
  /// A certificate.
  public struct Certificate: Sendable, Equatable {
    /// Of its blob.
    public var digest: Digest
    /// The task.
    public var task: String
    /// The label.
    public var side: String
    /// The threshold.
    public var tau: Double
    /// The error that it bounds.
    public var alpha: Double
    /// How likely it is to be wrong.
    public var delta: Double
    /// Rows above the threshold.
    public var rows: Int
    /// Wrong ones among them.
    public var wrong: Int
    /// The bound of the error that these rows show.
    public var upper: Double
    /// Days until it is over; not above 0: it is.
    public var daysLeft: Double
    /// Whether the side uses it.
    public var isInUse: Bool = false
    /// How often two people agree about such rows; `nil`: nothing was judged twice.
    public var agreement: Double? = nil
    /// Whether it comes from a file and not from the stream, and so is not for production.
    public var isFromFile: Bool = false

    /// A certificate.
    ///
    /// - Parameters:
    ///   - digest: Of its blob.
    ///   - task: The task.
    ///   - side: The label.
    ///   - tau: The threshold.
    ///   - alpha: The error that it bounds.
    ///   - delta: How likely it is to be wrong.
    ///   - rows: Rows above the threshold.
    ///   - wrong: Wrong ones among them.
    ///   - upper: The bound of the error that these rows show.
    ///   - daysLeft: Days until it is over; not above 0: it is.
    ///   - isInUse: Whether the side uses it.
    ///   - agreement: How often two people agree about such rows; `nil`: nothing was judged twice.
    ///   - isFromFile: Whether it comes from a file and not from the stream, and so is not for production.
    public init(
      digest: Digest, task: String, side: String, tau: Double, alpha: Double, delta: Double, rows: Int, wrong: Int,
      upper: Double, daysLeft: Double, isInUse: Bool = false, agreement: Double? = nil, isFromFile: Bool = false
    ) {
      self.digest = digest
      self.task = task
      self.side = side
      self.tau = tau
      self.alpha = alpha
      self.delta = delta
      self.rows = rows
      self.wrong = wrong
      self.upper = upper
      self.daysLeft = daysLeft
      self.isInUse = isInUse
      self.agreement = agreement
      self.isFromFile = isFromFile
    }
  }

  /// A week of a side.
  public struct Week: Sendable, Equatable {
    /// Its first day.
    public var from: Date
    /// The task.
    public var task: String
    /// The label; `nil`: both together.
    public var side: String?
    /// Items that came.
    public var items: Int
    /// The share of them that was decided without a person.
    public var stripped: Double
    /// The error that was certified; `nil`: no certificate was in use.
    public var alpha: Double? = nil
    /// The precision on rows of the coin that came later, with its 95 % interval; `nil`: there were none.
    public var realised: PageEstimate? = nil
    /// The share of items that have the label.
    public var prevalence: Double? = nil
    /// Reviews that nobody had to do.
    public var saved: Int = 0
    /// Whether this is the line that nobody can reach, which knows the labels of the rows that it is judged by.
    public var isOracle: Bool = false

    /// A week of a side.
    ///
    /// - Parameters:
    ///   - from: Its first day.
    ///   - task: The task.
    ///   - side: The label; `nil`: both together.
    ///   - items: Items that came.
    ///   - stripped: The share of them that was decided without a person.
    ///   - alpha: The error that was certified; `nil`: no certificate was in use.
    ///   - realised: The precision on rows of the coin that came later, with its 95 % interval; `nil`: there were none.
    ///   - prevalence: The share of items that have the label.
    ///   - saved: Reviews that nobody had to do.
    ///   - isOracle: Whether this is the line that nobody can reach, which knows the labels of the rows that it is judged by.
    public init(
      from: Date, task: String, side: String? = nil, items: Int, stripped: Double, alpha: Double? = nil,
      realised: PageEstimate? = nil, prevalence: Double? = nil, saved: Int = 0, isOracle: Bool = false
    ) {
      self.from = from
      self.task = task
      self.side = side
      self.items = items
      self.stripped = stripped
      self.alpha = alpha
      self.realised = realised
      self.prevalence = prevalence
      self.saved = saved
      self.isOracle = isOracle
    }
  }

  /// A side that may get a certificate.
  public struct Candidate: Sendable, Equatable {
    /// The task.
    public var task: String
    /// The label.
    public var side: String
    /// Rows that may calibrate it.
    public var rows: Int
    /// How many it takes at least, if none of them is wrong.
    public var needed: Int

    /// A side that may get a certificate.
    ///
    /// - Parameters:
    ///   - task: The task.
    ///   - side: The label.
    ///   - rows: Rows that may calibrate it.
    ///   - needed: How many it takes at least, if none of them is wrong.
    public init(task: String, side: String, rows: Int, needed: Int) {
      self.task = task
      self.side = side
      self.rows = rows
      self.needed = needed
    }
  }

  /// Those in use first.
  public var certificates: [Certificate] = []
  /// The latest first.
  public var weeks: [Week] = []
  /// Realised against certified, by week.
  public var curves: [PageCurve] = []
  /// Sides that may get one.
  public var candidates: [Candidate] = []

  /// Certificates.
  ///
  /// - Parameters:
  ///   - certificates: Those in use first.
  ///   - weeks: The latest first.
  ///   - curves: Realised against certified, by week.
  ///   - candidates: Sides that may get one.
  public init(
    certificates: [Certificate] = [], weeks: [Week] = [], curves: [PageCurve] = [], candidates: [Candidate] = []
  ) {
    self.certificates = certificates
    self.weeks = weeks
    self.curves = curves
    self.candidates = candidates
  }
}
