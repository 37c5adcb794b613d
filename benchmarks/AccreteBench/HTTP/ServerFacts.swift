import Files
import Foundation

/// What a server says of itself.
struct ServerFacts: Codable, Sendable {
  /// The names of `/v1/models`.
  let models: [String]
  /// What `/version` answers; of servers that have it.
  let version: JSONTree?

  /// Asks a server; also the check that there is one.
  ///
  /// - Throws: ``BenchError/serverAway(url:reason:)`` where nobody answers, ``BenchError/usage(_:)`` where the key is refused.
  static func ask(_ client: ServerClient) async throws -> ServerFacts {
    let url = client.server.address.text
    let answer: (status: Int, body: [UInt8])
    do {
      answer = try await client.get("/v1/models")
    } catch let failure as RequestFailure {
      throw BenchError.serverAway(url: url, reason: failure.message)
    }
    if answer.status == 401 || answer.status == 403 {
      throw BenchError.usage(
        "\(url): the server refuses the key (\(answer.status)). Name a file with a valid one: --api-key-file")
    }
    // A server need not list its models, or have a version.
    let models = answer.status == 200 ? names(in: answer.body) : []
    var version: JSONTree?
    if let said = try? await client.get("/version"), said.status == 200, said.body.count <= 4096 {
      version = try? JSONTree(Data(said.body))
    }
    return ServerFacts(models: models, version: version)
  }

  /// The ids of a list of models; of what is no such list, none.
  static func names(in body: [UInt8]) -> [String] {
    guard let tree = try? JSONTree(Data(body)), case .list(let models)? = tree["data"] else { return [] }
    return models.compactMap { $0["id"]?.string }
  }
}
