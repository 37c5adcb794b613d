import Comparing
import Files
import Foundation
import Records
import Runs

/// What other programs call our options: those who come from them type these.
enum OptionSynonyms {
  /// What an option of another program is here.
  struct Meaning {
    let text: String
    /// The commands for which it is right; `nil`: those that have the option with which the text begins, and of a sentence all for which
    /// nothing else is said.
    let named: [String]?

    /// Whether the text says by itself what there is instead of an option.
    let isSentence: Bool
    /// The key of a command's file; `nil`: the option's name.
    private let ownKey: String?
    /// What is to be known of the option, in a file, too.
    let note: String?

    init(_ option: String, note: String? = nil, for named: [String]? = nil) {
      text = option + (note.map { " (\($0))" } ?? "")
      (self.named, isSentence, ownKey, self.note) = (named, false, nil, note)
    }

    init(sentence: String, for named: [String]? = nil) {
      (text, self.named, isSentence, ownKey, note) = (sentence, named, true, nil, nil)
    }

    /// A key of `pretrain`, of which few have a flag.
    init(key: String, note: String? = nil) {
      text = "--set \(key)=VALUE" + (note.map { " (\($0))" } ?? "")
      (named, isSentence, ownKey, self.note) = (["pretrain"], false, key, note)
    }

    /// Whether it is a key of a file, and no option.
    var isKey: Bool { ownKey != nil }

    /// The option with which the text begins; `nil`: it is about something else.
    var option: String? { isSentence ? nil : text.firstMatch(of: /^--[a-z-]+/).map { String($0.0) } }

    /// What stands in a file for it.
    var key: String? { ownKey ?? option.map { String($0.dropFirst(2)) } }

    var commands: [String] { named ?? option.map(CommandOptions.having) ?? [] }
  }

  /// What other programs call our commands.
  static let commands = [
    "eval": "evaluate", "test": "evaluate", "export": "registry export", "merge": "experts merge",
    "import": "experts import",
    "alias": "registry alias", "backup": "registry backup", "restore": "registry restore",
    "history": "registry history",
    "diff": "registry diff", "retire": "registry retire", "gc": "registry gc", "audit": "registry audit",
    "chat": "generate --chat", "infer": "predict", "classify": "predict", "finetune": "learn", "fine-tune": "learn",
    "ls": "list", "rm": "forget", "delete": "forget", "version": "--version", "deploy": "promote", "release": "promote",
    "lora": "learn", "sft": "learn", "fuse": "experts merge", "remove": "forget", "tasks": "list",
  ]

  /// What a word behind a command's name was meant for, where it is none of that command's own; `nil`: nobody knows.
  ///
  /// - Parameter word: As it was typed.
  /// - Parameter path: The words before it, without the program's name.
  static func command(for word: String, behind path: [String]) -> String? {
    guard let group = path.first else { return commands[word] }
    let other = commands[word]
    guard group == "registry" else { return other.flatMap { $0.hasPrefix("\(group) ") ? $0 : nil } }
    // What is done every day stands at the top.
    let isAtTheTop = CommandOptions.all.contains { $0.name == word && $0.options.contains("--registry") }
    return isAtTheTop ? word : other
  }

  /// Adds advice to an argument parser's message: the name that the option has here instead of the parser's guess, how to write a value
  /// that begins with a dash, and which command takes an argument that this one does not.
  ///
  /// - Parameter message: As the parser wrote it; what is about anything else stays as it is.
  /// - Parameter arguments: Those of the program.
  static func explained(_ message: String, of arguments: [String]) -> String {
    let text = OptionValues.explained(renamed(message, of: arguments))
    guard
      let match = text.firstMatch(
        of:
          /(Missing (?:value for|expected argument)|Unexpected argument|[0-9]+ unexpected arguments:) '(-*[^' ]*)[^\n]*'/
      )
    else {
      return text
    }
    let help =
      match.1 == "Missing value for"
      ? dashed(String(match.2), of: arguments) : elsewhere(arguments, isExtra: !match.1.hasPrefix("Missing"))
    return help.map { text.replacingCharacters(in: match.range, with: "\(match.0). \($0)") } ?? text
  }

  /// An option's value that the parser takes for another option.
  private static func dashed(_ option: String, of arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(of: option), let value = arguments.dropFirst(index + 1).first,
      value.wholeMatch(of: /-[^-a-zA-Z].*|-.*\s.*/.dotMatchesNewlines()) != nil
    else { return nil }
    return "A value that begins with a dash is written behind an equals sign: \(shellWords(["\(option)=\(value)"]))"
  }

  /// What an argument too many was meant for.
  ///
  /// - Parameter isExtra: Whether that is what the parser complains of: it tells of options that are missing first.
  private static func elsewhere(_ arguments: [String], isExtra: Bool) -> String? {
    let words = arguments.dropFirst().prefix { !$0.hasPrefix("-") }
    switch arguments.first {
    case "train", "compare":
      if arguments.first == "compare", let list = separated(arguments) { return list }
      guard !words.isEmpty || isExtra else { return nil }
      if let file = words.first(where: isYAML) {
        return "A file of options is named by --config: --config \(shellWords([file]).printable)"
      }
      let names = words.isEmpty ? "" : ": \(shellWords(["--tasks"] + words).printable)"
      return "The tasks' files are named by --tasks\(names)"
    case _ where !isExtra: return nil
    case "list": return words.first.map { "`accrete show \(shellWords([$0]))` shows one task" }
    case "rollback": return words.first.map(release)
    case "explain" where words.count > 1:
      return
        "A text of several words stands in quotation marks: accrete explain \(shellWords([words.joined(separator: " ")]))"
    default: return nil
    }
  }

  /// What goes back to what was named: releases are of all tasks together.
  private static func release(_ word: String) -> String {
    if Int(word) != nil { return "A release is named by --to: accrete rollback --to \(word)" }
    let version = word.contains("@") || word.contains(":") ? shellWords([word]).printable : "NAME@NUMBER"
    return "A rollback is of all tasks together; `accrete promote \(version)` goes back to a version of one task"
      + (version == "NAME@NUMBER" ? " (`accrete list --versions` shows them)" : "")
  }

  /// What says that a list was written with spaces; `nil`: none was.
  private static func separated(_ arguments: [String]) -> String? {
    for option in ["--methods", "--orders", "--seeds"] {
      guard let index = arguments.firstIndex(of: option) else { continue }
      let words = arguments.dropFirst(index + 1).prefix { !$0.hasPrefix("-") }
      // A file behind the option's value is no part of the list.
      guard words.count > 1, !words.contains(where: { $0.contains(".") || $0.contains("/") }) else { continue }
      let parts = words.flatMap { $0.split(separator: ",") }.joined(separator: ",")
      return "Separate \(option.dropFirst(2)) with commas: \(option) \(shellWords([parts]).printable)"
    }
    return nil
  }

  /// Whether a file's name is that of one in YAML.
  private static func isYAML(_ name: String) -> Bool {
    [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
  }

  /// A message about a key of a YAML file that has another name here, with that name.
  ///
  /// - Parameter error: Any; one that is about anything else stays as it is.
  /// - Parameter arguments: Those of the program: each command's file has keys of its own.
  static func explained(_ error: any Error, of arguments: [String]) -> any Error {
    guard case RunError.invalidConfiguration(let key, "unknown", _) = error,
      let word = key.split(separator: " ").last, let ours = meanings(of: String(word)),
      let command = CommandOptions.command(of: arguments)
    else { return error }
    func unknown(_ allowed: String) -> RunError {
      RunError.invalidConfiguration(key: key, got: "unknown", allowed: allowed)
    }
    if let sentence = sentence(ours, for: command) { return unknown("no such key. \(sentence)") }
    let keys = keys(of: command)
    let names = ours.reduce(into: [String]()) { names, meaning in
      guard meaning.named?.contains(command.name) ?? true else { return }
      // A file has what is no flag of its command, and the other way round.
      let name = meaning.key.map { keys.contains($0) ? $0 + (meaning.note.map { " (\($0))" } ?? "") : nil }
      if let name = name ?? (meaning.named == nil ? nil : meaning.text), !names.contains(name) { names.append(name) }
    }
    guard names.isEmpty else { return unknown("\(names.listed), which it is here") }
    return unknown("no such key. \(advice(ours, for: command))")
  }

  /// The keys of the file that a command takes.
  private static func keys(of command: CommandOptions.Command) -> [String] {
    guard command.options.contains("--config") else { return [] }
    // Every such file may have all of these, and a command refuses those that it has no use for.
    let calling = InvocationFile.keys.filter { command.options.contains("--\($0)") }
    switch command.name {
    case "pretrain": return PretrainingFile.keys + calling
    case "compare": return RunFile.keys + ComparisonFile.keys + calling
    default: return RunFile.keys + calling
    }
  }

  /// All names of other programs that are known.
  static var names: [String] { table.flatMap(\.others) }

  /// What a name of another program is here.
  static func meanings(of name: String) -> [Meaning]? { table.first { $0.others.contains(name) }?.ours }

  /// What an option is called, where a command has it; otherwise which commands have it, so that no advice names what will be unknown, too.
  static func advice(_ ours: [Meaning], for command: CommandOptions.Command?) -> String {
    if let sentence = sentence(ours, for: command) { return sentence }
    let own = ours.filter { meaning in command.map { meaning.commands.contains($0.name) } ?? false }
    guard own.isEmpty else { return "It is \(own.map(\.text).joined(separator: " or ")) here" }
    let places = ours.filter { !$0.commands.isEmpty && !$0.isKey && !$0.isSentence }.map {
      "\($0.text) of \($0.commands.listed)"
    }
    let names = places.isEmpty ? ours.map(\.text) : places
    return "It is \(names.joined(separator: "; "))" + (command.map { ". `\($0.name)` has no such option" } ?? "")
  }

  /// What there is instead of an option: for a command what is said for it, else what is said for all.
  private static func sentence(_ ours: [Meaning], for command: CommandOptions.Command?) -> String? {
    let own = ours.filter { meaning in command.map { meaning.commands.contains($0.name) } ?? false }
    guard own.isEmpty else { return own.first(where: \.isSentence)?.text }
    return ours.first { $0.isSentence && $0.named == nil }?.text
  }

  private static func renamed(_ message: String, of arguments: [String]) -> String {
    guard let match = message.firstMatch(of: /Unknown option '--?([^'=]+)[^']*'(\. Did you mean '[^']*'\?)?/) else {
      return message
    }
    let word = String(match.1)
    let command = CommandOptions.command(of: arguments)
    let others = CommandOptions.having("--\(word)")
    // What has no flag may be a key.
    let isKey = command.map { $0.options.contains("--set") && keys(of: $0).contains(word) } ?? false
    guard
      let ours = (isKey ? [Meaning(key: word)] : nil) ?? meanings(of: word)
        ?? (others.isEmpty ? nil : [Meaning("an option", for: others)])
    else {
      // A guess of which most was typed otherwise is none.
      guard let guess = message.firstMatch(of: /\. Did you mean '--?([^']*)'\?/),
        [String(guess.1)].closest(to: word) == nil
      else { return message }
      return message.replacingCharacters(in: guess.range, with: "")
    }
    let found = message[match.range].prefix { $0 != "." }
    return message.replacingCharacters(in: match.range, with: "\(found). \(advice(ours, for: command))")
  }
}
