import ArgumentParser
import Runs
import Torch

/// The command line: argument parsing, progress and exit codes; everything else is in the libraries.
@main
struct AccreteCommand: ParsableCommand {
  static func main() {
    TorchRuntime.keepFreedMemory()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // The parser quotes arguments as they are: its messages go the way of all others.
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      if !text.isEmpty { code == .success ? Console.output(text) : Console.error(text) }
      exit(withError: code)
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "accrete",
    abstract: "Teach one language model task after task, and lose nothing that it learned.",
    discussion: """
      Results go to standard output, progress to standard error. Exit codes: 0 done, 64 wrong usage, 65 bad data, \
      70 a defect of ours, 74 input or output failed, 130 and 143 stopped by a signal after a checkpoint.
      """,
    version: "accrete \(Manifest.accreteVersion)",
    subcommands: [
      DemoCommand.self, TrainCommand.self, ResumeCommand.self, CompareCommand.self, ReportCommand.self,
      EvaluateCommand.self, VerifyCommand.self, GenerateCommand.self, MethodsCommand.self, TokenizeCommand.self,
      TrainTokenizerCommand.self, ChatTemplateCommand.self, LogitsCommand.self, ExpertsCommand.self,
      PretrainCommand.self, PlanRateCommand.self, PlanScaleCommand.self, LossCommand.self, DoctorCommand.self,
    ])
}
