import ArgumentParser
import Files
import Learning
import Records

/// The flags of a table of settings.
///
/// The argument parser finds the options of a type by looking at a value's properties. Here these are the rows of the table: a row that is added
/// is a flag, with its help and its completions, and there is no property to forget.
struct SettingFlags<Root: Configurable>: ParsableArguments, CustomReflectable {
  /// What was given, by the setting's name.
  private(set) var texts: [String: [String]] = [:]

  private static var settings: [Setting<Root>] { Root.settings.filter(\.hasFlag) }

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: SettingKey.self)
    for setting in Self.settings {
      let key = SettingKey(stringValue: setting.name)
      switch setting.arity {
      case .flag: if try container.decode(Flag<Bool>.self, forKey: key).wrappedValue { texts[setting.name] = [] }
      case .one:
        if let text = try container.decode(Option<String?>.self, forKey: key).wrappedValue {
          texts[setting.name] = [text]
        }
      case .repeated, .list:
        let all = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
        if !all.isEmpty { texts[setting.name] = all }
      }
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Self.settings.map { (label: $0.name, value: $0.definition) }, displayStyle: .struct)
  }

  /// What was given, checked.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)`.
  func values() throws -> SettingValues<Root> { try SettingValues(texts: texts) }

  /// How what was given by names of earlier versions is given now.
  var notes: [String] {
    Self.settings.compactMap { setting in
      guard let earlier = setting.earlier, let words = texts[setting.name] else { return nil }
      let given = (["--\(setting.name)"] + words).joined(separator: " ")
      return "note: \(given) is \(earlier.spelled(words)) now"
    }
  }
}

/// What stands behind a flag and is not of its form.
private struct WrongText: Error, CustomStringConvertible {
  let description: String
}

extension Setting {
  /// What the argument parser knows of it.
  fileprivate var definition: Any {
    let text = Root.flagHelp(of: self)
    let help = ArgumentHelp(
      choices.isEmpty ? text : "\(text) (values: \(choices.joined(separator: ", ")))",
      visibility: earlier == nil ? .default : .hidden)
    let words = name == "method" ? MethodCatalog.names : choices
    let completion: CompletionKind? = words.isEmpty ? nil : .list(words)
    let spelling = NameSpecification.customLong(name)
    switch arity {
    case .flag: return Flag(wrappedValue: false, name: spelling, help: help)
    case .one:
      return Option<String?>(name: spelling, help: help, completion: completion) { [self] text in
        guard isText(text) else { throw WrongText(description: "allowed: \(form)") }
        return text
      }
    case .repeated: return Option<[String]>(wrappedValue: [], name: spelling, help: help, completion: completion)
    case .list:
      return Option<[String]>(
        wrappedValue: [], name: spelling, parsing: .upToNextOption, help: help, completion: completion)
    }
  }
}
