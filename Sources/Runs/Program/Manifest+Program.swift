import Files
import Foundation
import Records

extension Manifest {
  /// Refuses to go on with a run that is bound to another program.
  /// - Throws: `RunError.changed(folder:what:recorded:now:)`.
  func requireOwnProgram(folder: URL) throws {
    guard let program else { return }
    try check("the program", program, ProgramCode.digest(), folder)
  }
}
