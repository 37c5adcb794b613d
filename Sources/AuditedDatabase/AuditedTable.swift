/// The tables whose rows an audit tells of: names of SQL, each with its primary key.
package protocol AuditedTable: Sendable, RawRepresentable<String> {
  /// The columns of the primary key.
  var key: [String] { get }
}
