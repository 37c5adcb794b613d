import Files
import Foundation

/// The one JSON object that a request's body is.
enum RequestBody {
  /// Brackets in brackets.
  static let depthLimit = 32

  /// - Throws: ``APIError`` of code `invalid_json`, also for a key that is there twice.
  static func members(_ body: Data) throws(APIError) -> [JSONTree.Member] {
    func invalid(_ reason: String, _ fix: String) -> APIError {
      APIError(.invalidJSON, "The body is not the JSON object that was expected: \(reason). \(fix)")
    }
    guard !body.isEmpty else { throw invalid("it is empty", "Send an object, as application/json.") }
    let depth = body.withUnsafeBytes { JSONFile.nestingDepth($0) }
    guard depth <= depthLimit else {
      throw invalid("brackets are nested deeper than \(depthLimit) levels", "Send a flatter object.")
    }
    let tree: JSONTree
    do {
      tree = try JSONTree(body, rules: JSONTree.Rules(keysAreUnique: true))
    } catch let failure as JSONTree.Failure {
      // Without the keys around it, which are a text of the request.
      throw invalid("at byte \(failure.position), \(failure.reason)", "Correct the text there.")
    } catch {
      throw invalid("it cannot be read", "Send an object.")
    }
    guard case .object(let members) = tree else { throw invalid("it is \(tree.kind)", "Send an object.") }
    return members
  }
}
