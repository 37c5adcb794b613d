import Access
import Console

/// Who is logged in, and what that person's key allows.
struct PageVisitor: Sendable {
  let visit: PageVisit
  /// What people call the key: the audit has it.
  let name: String
  let rights: Set<PageViewer.Right>

  /// - Parameters:
  ///   - visit: The session.
  ///   - name: What people call its key.
  ///   - scopes: What the key may be used for.
  init(_ visit: PageVisit, name: String, scopes: some Sequence<AccessScope>) {
    (self.visit, self.name, rights) = (visit, name, Self.rights(of: scopes))
  }

  /// What scopes allow on the page; none: the key does not open it.
  static func rights(of scopes: some Sequence<AccessScope>) -> Set<PageViewer.Right> {
    scopes.reduce(into: []) { rights, scope in
      switch scope {
      case .infer, .reviewSubmit: break
      case .reviewWork: rights.insert(.review)
      case .reviewLead: rights.insert(.lead)
      case .registryRead: rights.insert(.readRegistry)
      case .registryWrite: rights.formUnion([.readRegistry, .writeRegistry])
      case .loopOperate: rights.insert(.operateLoop)
      case .admin: rights.formUnion(PageViewer.Right.allCases)
      }
    }
  }
}
