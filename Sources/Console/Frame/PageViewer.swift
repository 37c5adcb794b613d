/// Who looks at a page, as far as its views depend on that.
public struct PageViewer: Sendable, Equatable {
  /// What a person may do. A view hides the forms that its viewer may not send; the server refuses them all the same.
  public enum Right: Sendable, CaseIterable {
    /// Review items.
    case review
    /// Settle what reviewers disagree about, name tasks, restart sides after an alarm.
    case lead
    /// Look at the registry.
    case readRegistry
    /// Change aliases, retire versions, roll releases back.
    case writeRegistry
    /// Start, stop and approve what the loop does.
    case operateLoop
    /// Keys, the audit, and what is in memory.
    case administer
  }

  /// What each form of the page has in its field `csrf`: it shows that the form is of this session.
  public var csrf: String
  /// What the person's key is called; empty where the server asks for none.
  public var name: String
  /// What the person may do.
  public var rights: Set<Right>
  /// Whether there is anything to log out of: a server without keys opens the next session by itself.
  public var canLogOut: Bool

  /// Who looks at a page.
  ///
  /// - Parameters:
  ///   - csrf: What each form of the page has in its field `csrf`.
  ///   - name: What the person's key is called; empty where the server asks for none.
  ///   - rights: What the person may do.
  ///   - canLogOut: Whether there is anything to log out of.
  public init(csrf: String, name: String = "", rights: Set<Right> = Set(Right.allCases), canLogOut: Bool = true) {
    (self.csrf, self.name, self.rights, self.canLogOut) = (csrf, name, rights, canLogOut)
  }
}
