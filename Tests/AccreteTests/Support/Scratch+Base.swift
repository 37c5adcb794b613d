import Foundation
import TestSupport

extension Scratch {
  /// A copy of the embedded base.
  func copyBase() throws -> URL { try copy(Accrete.base, as: "base") }
}
