import Foundation

/// A promise that a reader broke.
struct Finding: Error {
  let what: String

  init(_ what: String) { self.what = what }

  /// Ends the process in the way in which libFuzzer keeps the input.
  func stop() -> Never {
    FileHandle.standardError.write(Data("FINDING: \(what)\n".utf8))
    abort()
  }

  /// Requires a promise.
  static func unless(_ holds: @autoclosure () throws -> Bool, _ what: @autoclosure () -> String) throws {
    guard try holds() else { throw Finding(what()) }
  }

  /// Does what must not fail once the reader has accepted the input.
  @discardableResult
  static func unlessDone<Value>(_ what: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let finding as Finding {
      throw finding
    } catch {
      throw Finding("\(what): \(error)")
    }
  }
}
