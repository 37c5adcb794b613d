public import Files
public import Foundation

/// What was done, by whom, in chains that cannot be changed unnoticed.
public struct AuditContent: Sendable, Equatable {
  /// One of them.
  public struct Chain: Sendable, Equatable {
    /// What it is of: the registry, or reviews.
    public var name: String
    /// Its entries.
    public var entries: Int
    /// Of the last of them.
    public var head: Digest
    /// What the last verification has found; `nil`: there was none.
    public var verification: Verification? = nil

    /// A chain.
    ///
    /// - Parameters:
    ///   - name: What it is of: the registry, or reviews.
    ///   - entries: Its entries.
    ///   - head: Of the last of them.
    ///   - verification: What the last verification has found; `nil`: there was none.
    public init(name: String, entries: Int, head: Digest, verification: Verification? = nil) {
      self.name = name
      self.entries = entries
      self.head = head
      self.verification = verification
    }
  }

  /// What a verification has found.
  public struct Verification: Sendable, Equatable {
    /// When.
    public var at: Date
    /// The first entry that is not as it was written; `nil`: all are.
    public var broken: Int? = nil

    /// What a verification has found.
    ///
    /// - Parameters:
    ///   - at: When.
    ///   - broken: The first entry that is not as it was written; `nil`: all are.
    public init(at: Date, broken: Int? = nil) {
      self.at = at
      self.broken = broken
    }
  }

  /// An entry.
  public struct Entry: Sendable, Equatable {
    /// The chain that it is in.
    public var chain: String
    /// Its number there.
    public var number: Int
    /// When.
    public var at: Date
    /// Who.
    public var who: String
    /// What was done.
    public var what: String
    /// To what; empty: to nothing in particular.
    public var subject: String = ""
    /// Of the entry.
    public var digest: Digest

    /// An entry.
    ///
    /// - Parameters:
    ///   - chain: The chain that it is in.
    ///   - number: Its number there.
    ///   - at: When.
    ///   - who: Who.
    ///   - what: What was done.
    ///   - subject: To what; empty: to nothing in particular.
    ///   - digest: Of the entry.
    public init(chain: String, number: Int, at: Date, who: String, what: String, subject: String = "", digest: Digest) {
      self.chain = chain
      self.number = number
      self.at = at
      self.who = who
      self.what = what
      self.subject = subject
      self.digest = digest
    }
  }

  /// The chains.
  public var chains: [Chain] = []
  /// The latest first.
  public var entries: [Entry] = []
  /// Before which entry the next part of the list begins; `nil`: there is none.
  public var next: String? = nil

  /// What was done, by whom.
  ///
  /// - Parameters:
  ///   - chains: The chains.
  ///   - entries: The latest first.
  ///   - next: Before which entry the next part of the list begins; `nil`: there is none.
  public init(chains: [Chain] = [], entries: [Entry] = [], next: String? = nil) {
    self.chains = chains
    self.entries = entries
    self.next = next
  }
}
