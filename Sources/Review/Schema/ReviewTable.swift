import AuditedDatabase

/// The tables whose rows the audit tells of, each with its primary key. `content` and `remark` are not among them.
enum ReviewTable: String, AuditedTable, CaseIterable {
  case policy, coin, served, flag, certificate, revocation, item, opinion, vote, double, removal, webhook

  var key: [String] {
    switch self {
    case .policy: ["task", "revision"]
    case .coin: ["month"]
    case .served: ["task"]
    case .flag: ["task", "name"]
    case .certificate: ["digest"]
    case .item, .vote, .webhook: ["number"]
    case .revocation: ["certificate"]
    case .opinion, .double: ["item"]
    case .removal: ["item", "kind"]
    }
  }
}
