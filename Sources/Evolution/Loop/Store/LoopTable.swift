import AuditedDatabase
import Foundation

/// The tables whose rows the loop's audit tells of, each with its primary key.
enum LoopTable: String, AuditedTable, CaseIterable {
  case job, look, override, asked, `switch`

  /// The file in a registry's folder.
  static let file = "loop.sqlite"

  var key: [String] {
    switch self {
    case .job: ["task"]
    case .look: ["task", "number"]
    case .override: ["id"]
    case .asked: ["subject"]
    case .switch: ["one"]
    }
  }
}
