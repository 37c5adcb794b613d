import ArgumentParser

/// `--json` of a command that prints JSON anyway: whoever asks for it everywhere is refused nowhere.
struct OnlyJSON: ParsableArguments {
  @Flag(help: "JSON is what this command prints, with or without this.")
  var json = false
}
