/// An entry of the list of views.
struct PageEntry: Sendable {
  let name: String
  let path: String
  /// Who sees it; `nil`: everybody who is logged in.
  let right: PageViewer.Right?

  /// What the list of views says, in its order.
  static let groups: [(name: String, entries: [PageEntry])] = [
    (
      "Work",
      [
        PageEntry(name: "Overview", path: PagePath.overview, right: nil),
        PageEntry(name: "Review", path: PagePath.review, right: .review),
        PageEntry(name: "Items", path: PagePath.items, right: .lead),
      ]
    ),
    (
      "Models",
      [
        PageEntry(name: "Experts", path: PagePath.experts, right: .readRegistry),
        PageEntry(name: "Releases", path: PagePath.releases, right: .readRegistry),
        PageEntry(name: "Loop", path: PagePath.loop, right: .operateLoop),
      ]
    ),
    (
      "Evidence",
      [
        PageEntry(name: "Certificates", path: PagePath.certificates, right: .lead),
        PageEntry(name: "Novelty", path: PagePath.novelty, right: .lead),
        PageEntry(name: "Audit", path: PagePath.audit, right: .administer),
      ]
    ),
    (
      "Server",
      [
        PageEntry(name: "Serving", path: PagePath.serving, right: .administer),
        PageEntry(name: "Keys", path: PagePath.keys, right: .administer),
      ]
    ),
  ]
}
