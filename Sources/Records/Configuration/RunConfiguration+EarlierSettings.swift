extension RunConfiguration {
  /// Names that earlier versions had: recorded commands and files of theirs mean what they meant. They stand behind all others.
  static let earlierSettings: [Setting<RunConfiguration>] = [
    Setting(
      "read-out", "--output-head by its name in earlier versions.", arity: .one, form: OutputHead.form,
      choices: OutputHead.choices, texts: { (head: OutputHead) in [head.rawValue] },
      set: { root, texts in
        guard let head = texts.last.flatMap(OutputHead.init(word:)) else {
          throw RunError.invalidConfiguration(
            key: "read-out", got: texts.last ?? "nothing", allowed: "\(OutputHead.form), as --output-head")
        }
        root.outputHead = head
      }, words: { _ in [] }
    ).asEarlier("output-head") { "--output-head \($0.last.flatMap(OutputHead.init(word:))?.rawValue ?? "label")" },
    adversary("adversary"), adversary("adversary-weight"),
  ]

  /// A hyper-parameter of MoE-CL as an option of its own, which every run had, whatever its method.
  private static func adversary(_ name: String) -> Setting<RunConfiguration> {
    let key = "\(EarlierAdversary.method).\(name)"
    return Setting(
      name, "--option \(key) by its name in earlier versions.", arity: .one,
      form: "a value of the option \(name) of moe-cl",
      texts: { (value: WrittenValue) in [value.text] },
      set: { root, texts in
        guard let value = texts.last.flatMap(HyperparameterValue.init(text:)) else {
          throw RunError.invalidConfiguration(
            key: name, got: texts.last ?? "nothing", allowed: "as --option \(key), which it is now")
        }
        guard root.options?[name] == nil || root.method != EarlierAdversary.method else {
          throw RunError.invalidConfiguration(
            key: name, got: "\(value) beside the option \(name)",
            allowed: "the option alone: `\(name)` is its name in earlier versions")
        }
        root.options = (root.options ?? [:]).merging([key: value]) { _, new in new }.filter {
          $0.key != key || value != EarlierAdversary.usual[name]
        }
        if root.options?.isEmpty == true { root.options = nil }
      }, words: { _ in [] }
    ).asEarlier("option", excludes: false) { "--option \(key)=\($0.last ?? "")" }
  }
}
