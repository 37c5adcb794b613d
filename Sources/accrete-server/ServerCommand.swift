import ArgumentParser
import Files
import Foundation
import HTTPServer
import Records
import Torch

/// The server's command line: what it is asked for, the order in which it starts, and its exit code.
@main
struct ServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accrete-server",
    abstract:
      "Answer requests over HTTP, as OpenAI's API does, with the tasks of a registry: one copy of the base, an expert a request.",
    discussion: """
      A request's model is a task (spam: its released version; spam@7, spam:production, spam@sha256:…), base, or auto, which finds the task. \
      What is released while it runs is served at once.

      Two listeners: --listen answers requests, --admin-listen has metrics, the page and what loads and unloads experts. An address that other \
      machines can reach needs --keys, and TLS or --behind-proxy. Progress and the log go to standard error. SIGTERM lets running requests \
      end; a second one does not wait. Exit codes as `accrete` has them; 143 after SIGTERM.

      accrete-server --registry registry
      accrete-server --listen 0.0.0.0:8443 --keys --tls-cert chain.pem --tls-key key.pem
      """,
    version: "accrete-server \(Manifest.accreteVersion)")

  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Listeners") var listeners: ListenerOptions
  @OptionGroup(title: "Budgets") var budgets: BudgetOptions
  @OptionGroup(title: "Requests") var requests: RequestOptions
  @OptionGroup(title: "Records") var records: RecordOptions

  @Flag(help: "Print one JSON object on standard output when it is ready: addresses and budgets.")
  var json = false

  static func main() async {
    StandardDescriptors.openMissing()
    StandardDescriptors.ignoreBrokenPipes()
    LostPages.endTheProcess()
    if let problem = InstructionSet.problem {
      StandardError.line("accrete-server: \(problem)")
      Foundation.exit(ErrorCategory.usage.exitCode)
    }
    TorchRuntime.keepFreedMemory()
    do {
      var command = try Self.parseAsRoot(nil)
      if var server = command as? any AsyncParsableCommand { try await server.run() } else { try command.run() }
    } catch let error as any AccreteError {
      StandardError.line("accrete-server: \(error)")
      Foundation.exit(error.category.exitCode)
    } catch {
      guard let text = OptionHints.explained(Self.fullMessage(for: error)) else { Self.exit(withError: error) }
      for line in text.split(separator: "\n") { StandardError.line(String(line)) }
      Foundation.exit(Self.exitCode(for: error).rawValue)
    }
  }

  mutating func run() async throws {
    let signal = try await Startup(self).run()
    // As of a process that the signal has ended.
    if let signal { throw ExitCode(128 + signal) }
  }
}
