import AuditedDatabase
import Files
import Foundation
import GRDB

extension ReviewDesk {
  /// Takes an item back for its sender: nobody is asked any more, and a label that still comes is refused. Once more changes nothing.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - actor: Who takes it back.
  /// - Throws: ``ReviewError/unknownItem(id:)``, ``ReviewError/wrongState(id:state:)`` where its label is final, an error of the database.
  public func withdraw(_ id: String, actor: String) throws {
    try write(actor) { ledger in
      try settle(&ledger)
      guard let item = try QueuedItem.named(id, ledger.database) else { throw ReviewError.unknownItem(id: id) }
      guard item.state != .withdrawn else { return }
      guard item.state != .final else { throw ReviewError.wrongState(id: id, state: .final) }
      try ledger.update(
        ReviewTable.item,
        ["state": ItemState.withdrawn.rawValue, "label": nil, "settles": nil, "lease": nil, "lease_until": 0],
        where: ["number": item.number])
      try ledger.record("withdraw", id)
    }
  }
}
