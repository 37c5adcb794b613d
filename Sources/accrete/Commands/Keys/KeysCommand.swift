import Access
public import ArgumentParser
import Registry

struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Look after the keys with which a server lets requests in.",
    discussion: """
      accrete keys create ci --model 'spam@*' --rpm 60 --expires 30d
      accrete keys list
      accrete keys revoke ci
      """,
    subcommands: [KeysCreateCommand.self, KeysListCommand.self, KeysRevokeCommand.self])
}

extension AccessScope: ExpressibleByArgument {}

extension RegistryOptions {
  /// The keys of the registry.
  /// - Throws: `RegistryError` where there is no registry that they could be of, `AccessError`.
  func keys(_ mode: AccessKeys.Mode) throws -> AccessKeys {
    try AccessKeys.open(in: try open().url, mode: mode)
  }
}
