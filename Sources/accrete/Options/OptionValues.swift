import Experts
import Files
import Foundation
import Learning
import Records
import Runs
import Torch

/// Messages about the value of an option. The libraries know it by its key; who typed a flag looks for the flag, and who wrote a file for the
/// line. However a value was given, and whoever refuses it, the message has one form: where, what, and what may stand there.
enum OptionValues {
  /// An error about an option, with the place where this command line gives it.
  ///
  /// - Parameter error: Any; one that is about anything else stays as it is.
  /// - Parameter arguments: Those of the program.
  static func located(_ error: any Error, of arguments: [String]) -> any Error {
    guard let (name, got, allowed) = parts(of: error) else { return error }
    let flag = "--\(name)"
    let isGiven = arguments.contains { $0 == flag || $0.hasPrefix("\(flag)=") }
    guard isGiven || CommandOptions.command(of: arguments)?.options.contains(flag) == true else { return error }
    // What is neither given nor in a file has to be given: as a flag.
    let isSet = zip(arguments, arguments.dropFirst()).contains { $0 == "--set" && $1.hasPrefix("\(name)=") }
    let place = isGiven ? flag : isSet ? "--set \(name)" : line(of: name, arguments) ?? flag
    return RunError.invalidConfiguration(key: place, got: got, allowed: allowed + meaning(of: got, for: name))
  }

  /// The parser's messages about a value in the same form.
  static func explained(_ message: String) -> String {
    // Several choices stand behind a colon, in a sentence, or in a list if they are many; of a number there is nothing.
    guard
      let match = message.firstMatch(
        of:
          #/The value '([\s\S]*?)' is invalid for '(--[a-z-]+) <[^>\n]*>'(?:: allowed: ([^\n]*)|\. Please provide one of ('[^\n]*')\.|\. Please provide one of the following:((?:\n +- [^\n]*)+))?(?=\n|$)/#
      )
    else { return message }
    let sentence = match.4.map { text in
      String(text).replacing(" or ", with: ", ").replacing(" and ", with: ", ").replacing("'", with: "")
    }
    let name = String(match.2.dropFirst(2))
    let list = match.5.map { text in
      text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "-" } }.joined(separator: ", ")
    }
    guard let allowed = match.3.map({ String($0) }) ?? sentence ?? list ?? RunConfiguration.setting(name)?.form else {
      return message
    }
    let error = RunError.invalidConfiguration(
      key: "--\(name)", got: String(match.1).debugDescription,
      allowed: allowed + meaning(of: String(match.1), for: name))
    return message.replacingCharacters(in: match.range, with: "\(error)")
  }

  /// Values as other programs write them.
  private static let others: [(names: [String], values: [String], ours: String)] = [
    (["compute", "weights"], ["bf16"], "bfloat16"), (["compute", "weights"], ["fp32", "f32", "float"], "float32"),
    (["compute"], ["fp16", "float16", "half", "16"], "bfloat16, as there is no float16"),
    (["weights"], ["fp16", "float16", "half"], "bfloat16, as there is no float16"),
    (["weights"], ["4bit", "4-bit", "4", "qlora", "fp4", "q4", "q4_0", "q4_k_m"], "nf4"),
    (["weights"], ["8bit", "8-bit", "8", "q8", "q8_0"], "int8"),
  ]

  /// What another program's value is here, as a sentence; "" where it is not known.
  private static func meaning(of value: String, for name: String) -> String {
    let word = value.lowercased().filter { $0 != "\"" }
    let known = others.first { $0.names.contains(name) && $0.values.contains(word) }
    return known.map { ". \(word) is \($0.ours)" } ?? ""
  }

  private static func parts(of error: any Error) -> (String, String, String)? {
    switch error {
    case RunError.invalidConfiguration(let key, let got, let allowed): (key, got, allowed)
    case ExpertError.invalidHyperparameter(let name, let value, let allowed): (name, value, allowed)
    case LearningError.invalidOption(let name, let got, let allowed): (name, got, allowed)
    case TorchError.invalidHyperparameter(let name, let value, let allowed): (name, value, allowed)
    default: nil
    }
  }

  /// The line of the command's YAML file that has a key, as the messages about the file itself name it.
  private static func line(of key: String, _ arguments: [String]) -> String? {
    let option = "--config"
    let behind = arguments.firstIndex(of: option).flatMap { arguments.dropFirst($0 + 1).first }
    let joined = arguments.first { $0.hasPrefix("\(option)=") }.map { String($0.dropFirst(option.count + 1)) }
    guard let path = (behind ?? joined).map(absolute),
      let data = try? YAMLFile.contents(of: URL(fileURLWithPath: path))
    else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.firstIndex { $0.hasPrefix("\(key):") }.map { "\(path):\($0 + 1): \(key)" }
  }
}
