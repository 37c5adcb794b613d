import Access
import ArgumentParser
import Foundation
import Registry

struct KeysCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key, and print it: this once and never again.",
    discussion: """
      The key goes to standard output, all else to standard error: accrete keys create ci > ci.key

      A model is meant by its name as it is asked for: spam is the released version of spam, spam@2 one version, spam@* all of them, team-* \
      every task whose name begins so, and * everything, the base and auto included.
      """)

  @Argument(
    help: ArgumentHelp("What to call it: ASCII letters, digits, \".\", \"_\", \"-\".", valueName: "name"))
  var name: String

  @Option(help: "What it may be used for; may be repeated. admin has all others. Default: infer.")
  var scope: [AccessScope] = []

  @Option(
    help: ArgumentHelp(
      "Which models: spam, spam@2, spam@*, team-* or *; may be repeated. Default: *.", valueName: "pattern"))
  var model: [String] = []

  @Option(help: "Requests a minute. Default: no limit.")
  var rpm: Int?

  @Option(help: "Tokens a minute, those of prompts and answers. Default: no limit.")
  var tpm: Int?

  @Option(help: "Requests that are answered at the same time. Default: no limit.")
  var concurrency: Int?

  @Option(
    help: ArgumentHelp(
      "When it ends: 12h, 30d or 8w from now, or a day at whose beginning (UTC) it ends, as 2027-01-31. Default: never.",
      valueName: "when"))
  var expires: String?

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the key and all that is known of it as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let request = AccessKeyRequest(
        name, scopes: scope.isEmpty ? [.infer] : scope, models: model.isEmpty ? [ModelPattern.all.text] : model,
        limits: AccessLimits(requestsPerMinute: rpm, tokensPerMinute: tpm, concurrency: concurrency),
        expires: try expires.map { try KeyExpiry.date($0, now: Date()) })
      let keys = try options.keys(.writing)
      let made = try keys.create(request)
      do {
        try Console.output(try json ? RegistryText.json(made) : made.key)
        // Some disks say only now that they have lost it.
        try Console.finish(isNeeded: true)
      } catch {
        // Nobody has it, and its name shall be free for the next try.
        try keys.revoke(made.record.id)
        throw error
      }
      try keys.close()
      let warnings = Self.warnings(made.record.models, try options.open().contents())
      for warning in warnings { Console.error("warning: \(warning)") }
      Console.error(
        options.hint(
          "key \(made.record.name) (\(made.record.id)): it is not shown again. If it gets lost, revoke it with `accrete keys revoke \(made.record.name)` and make another."
        ))
    }
  }
}
