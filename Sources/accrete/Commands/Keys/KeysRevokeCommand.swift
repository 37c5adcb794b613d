import Access
import ArgumentParser
import Files
import Foundation
import Registry

struct KeysRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End the use of a key, for good: servers refuse it within a second.")

  @Argument(help: ArgumentHelp("Its name or id.", valueName: "key"), completion: .keys)
  var key: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let folder = try options.open().url
      guard AccessKeys.exists(in: folder) else { throw AccessError.unknownKey(got: key, known: []) }
      let keys = try AccessKeys.open(in: folder)
      let revoked = try keys.revoke(key)
      try keys.close()
      try Console.output(
        try json
          ? RegistryText.json(revoked)
          : "\(revoked.name.printable) (\(revoked.id.printable)) is revoked: servers refuse it within a second")
    }
  }
}
