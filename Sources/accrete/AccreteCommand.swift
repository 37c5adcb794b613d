import ArgumentParser
import Files
import Foundation
import Records
import Runs
import Torch

/// The command line: argument parsing, progress and exit codes; everything else is in the libraries.
@main
struct AccreteCommand: ParsableCommand {
  static func main() {
    let closed = StandardDescriptors.openMissing()
    if closed.contains(STDIN_FILENO) { StandardInput.lose() }
    if closed.contains(STDOUT_FILENO) { Console.loseOutput() }
    StandardDescriptors.ignoreBrokenPipes()
    if let problem = InstructionSet.problem {
      Console.error("accrete: \(problem)")
      AccreteCommand.exit(withError: ExitCode(Failure.usage))
    }
    PlanVariable.tell(Array(CommandLine.arguments.dropFirst()))
    BusyCores.waitPassively()
    TorchRuntime.keepFreedMemory()
    Foundation.exit(status())
  }

  /// Commands whose result is files: they go on, and are done, where nobody wants to see anything.
  private static let trainings = ["train", "resume", "compare", "learn", "pretrain", "demo"]

  /// Runs the command that was asked for; its exit code.
  private static func status() -> Int32 {
    let arguments = Array(CommandLine.arguments.dropFirst())
    do {
      do {
        try requireCommand(arguments)
        try requireCompletion(arguments)
        try ServeCommand.handOver(arguments)
        var command = try parseAsRoot()
        do { try command.run() } catch let error as ValidationError { throw WrongUse(error, of: type(of: command)) }
      } catch  where exitCode(for: error) == .success {
        // Help and version are results.
        try Failure.reported { try Console.output(fullMessage(for: error)) }
      }
      // A dry run, and a result for programs, are nowhere else.
      let isPrinted = arguments.contains("--dry-run") || arguments.contains("--json")
      let isTraining = arguments.first.map(trainings.contains) ?? false
      try Failure.reported { try Console.finish(isNeeded: !isTraining || isPrinted) }
      return 0
    } catch {
      // The parser's own messages begin with "Error: ", those of the commands with the program's name.
      let message = (error as? WrongUse)?.text ?? fullMessage(for: error)
      let text = OptionSynonyms.explained(message, of: arguments)
      if !text.isEmpty { Console.error(text.hasPrefix("Error: ") ? "accrete: \(text.dropFirst(7))" : text) }
      return error is WrongUse ? Failure.usage : exitCode(for: error).rawValue
    }
  }

  /// What a command finds out about its arguments only when it runs. The parser would show the program's usage, not the command's.
  private struct WrongUse: Error {
    let text: String

    init(_ error: ValidationError, of command: any ParsableCommand.Type) {
      let name = CommandOptions.command(of: Array(CommandLine.arguments.dropFirst()))?.name
      let help = ["accrete", name, "--help"].compactMap(\.self).joined(separator: " ")
      text =
        "Error: \(error.message)\nUsage: \(AccreteCommand.usageString(for: command))\n  See '\(help)' for more information."
    }
  }

  /// The parser would call a misspelled command an argument too many.
  private static func requireCommand(_ arguments: [String]) throws {
    if let problem = unknownCommand(in: arguments) {
      Console.error("accrete: \(problem)")
      throw ExitCode(Failure.usage)
    }
  }

  /// A shell's script asks in one form; the parser would trap on other numbers.
  private static func requireCompletion(_ arguments: [String]) throws {
    guard arguments.first == "---completion" else { return }
    let asked = arguments.drop { $0 != "--" }.dropFirst().dropFirst()
    // Its second word is an argument, by name or by position.
    let position = arguments.drop { $0 != "--" }.dropFirst().first?.split(separator: "@", maxSplits: 1).dropFirst()
      .first
    let numbers = (asked.prefix(2) + [position.map(String.init) ?? "0"]).map { Int($0) ?? -1 }
    guard numbers.count == 3, numbers.allSatisfy({ (0...1 << 20).contains($0) }) else {
      Console.error(
        "accrete: ---completion: expected COMMAND -- ARGUMENT INDEX CURSOR WORD…, as the completion scripts ask"
          + " (accrete --generate-completion-script bash), got \(arguments.dropFirst().joined(separator: " ").printable)"
      )
      throw ExitCode(Failure.usage)
    }
  }

  /// What is wrong with the words that name a command, and with those that name one of its own; `nil`: nothing is.
  static func unknownCommand(in arguments: [String]) -> String? {
    var (path, known) = (["accrete"], configuration.subcommands)
    if arguments.first == "help" { return unknownCommand(in: Array(arguments.dropFirst())) }
    for word in arguments {
      guard !word.hasPrefix("-"), !word.isEmpty, !known.isEmpty else { return nil }
      let names = known.compactMap { $0.configuration.commandName } + ["help"]
      guard names.contains(where: { $0.hasSameCodePoints(as: word) }) else {
        let command = (path + [word]).dropFirst().joined(separator: " ")
        if let own = OptionSynonyms.command(for: word, behind: Array(path.dropFirst())) {
          return "there is no command \(command.debugDescription); it is `accrete \(own)` here."
        }
        let meant = names.closest(to: word).map { " Is it `\((path + [$0]).joined(separator: " "))`?" } ?? ""
        let shown = known.filter { $0.configuration.shouldDisplay }.compactMap { $0.configuration.commandName }
        return
          "there is no command \(command.debugDescription).\(meant) There are \(shown.listed(closestTo: word)). See"
          + " `\(path.joined(separator: " ")) --help`."
      }
      known = known.first { $0.configuration.commandName == word }?.configuration.subcommands ?? []
      path.append(word)
    }
    return nil
  }

  static let configuration = CommandConfiguration(
    commandName: "accrete",
    abstract: "Teach one language model task after task, and lose nothing that it learned.",
    discussion: """
      Results go to standard output, progress to standard error. Exit codes: 0 done, 64 wrong usage, 65 bad data, \
      69 not possible here, 70 a defect of ours, 74 input or output failed, or too little disk or memory, 75 another process was first: try again, 129, 130 and 143 stopped by a signal after a \
      checkpoint, 141 nobody reads the results any more.

      --generate-completion-script bash (or zsh, fish) prints completions for a shell; `make install` puts them where shells look for them.
      """,
    version: "accrete \(Manifest.accreteVersion)",
    subcommands: [DemoCommand.self, DoctorCommand.self, OptionsCommand.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Tasks of a registry",
        subcommands: [
          InitCommand.self, LearnCommand.self, PredictCommand.self, RouteCommand.self, EvaluateCommand.self,
          ListCommand.self, ShowCommand.self, ExplainCommand.self, PromoteCommand.self, RollbackCommand.self,
          ForgetCommand.self, ServeCommand.self, ReviewCommand.self, LoopCommand.self, SimulateCommand.self,
          KeysCommand.self, RegistryCommand.self, ExpertsCommand.self,
        ]),
      CommandGroup(
        name: "Laboratory",
        subcommands: [
          TrainCommand.self, ResumeCommand.self, CompareCommand.self, ReportCommand.self, VerifyCommand.self,
          MethodsCommand.self,
        ]),
      CommandGroup(
        name: "Bases and text",
        subcommands: [
          GenerateCommand.self, ChatTemplateCommand.self, TokenizeCommand.self, TrainTokenizerCommand.self,
          LogitsCommand.self, LossCommand.self, PretrainCommand.self, PlanRateCommand.self, PlanScaleCommand.self,
        ]),
    ])
}
