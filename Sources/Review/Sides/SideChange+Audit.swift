import Files

extension SideChange {
  /// What the audit calls it.
  static let action = "side"

  /// Of what the audit says it.
  static func subject(_ task: String, _ label: String) -> String { "\(task)/\(label)" }

  /// What the audit keeps of it.
  var detail: [String: JSONTree] {
    var detail: [String: JSONTree] = ["from": .text(from.rawValue), "to": .text(to.rawValue)]
    if let reason { detail["reason"] = .text(reason.rawValue) }
    if let certificate { detail["certificate"] = .text(certificate.description) }
    return detail
  }
}
