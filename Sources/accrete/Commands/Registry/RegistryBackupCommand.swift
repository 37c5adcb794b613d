import ArgumentParser
import AuditedDatabase
import Files
import Foundation
import Registry
import Serving
import TaskModels

struct RegistryBackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the registry as it is now, while others go on using it.",
    discussion: """
      Blobs are hard links where the folder lies on the same disk: quick, and no second copy. Against a disk that fails, put it on another \
      one.
      """)

  @Argument(help: ArgumentHelp("The backup's folder; it must not exist yet.", valueName: "folder"))
  var folder: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let url = URL(fileURLWithPath: absolute(folder))
      let record = try options.open(.writing).backup(to: url)
      try Console.output(
        try json
          ? RegistryText.json(record)
          : "\(url.path): \(record.blobs) blobs, \(RegistryText.size(record.bytes)); audit head \(record.audit.hash)")
    }
  }
}

struct RegistryRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Make a registry of a backup, and verify all of it before it is there.")

  @Argument(help: ArgumentHelp("The backup's folder; it stays as it is.", valueName: "backup"))
  var backup: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let verification = try Registry.restore(from: URL(fileURLWithPath: absolute(backup)), to: options.folder)
      try Console.output(
        try json
          ? RegistryText.json(verification)
          : "\(options.folder.path): \(RegistryText.count(verification.tasks, "task")), \(RegistryText.count(verification.versions, "version")),"
            + " \(RegistryText.count(verification.releases, "release")), \(RegistryText.count(verification.blobs, "blob")), verified"
      )
    }
  }
}

struct RegistryExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write versions into one file, to be imported into another registry.",
    discussion: """
      A tar file with the versions, those that they rest on, their scores, verdicts and blobs. With --peft, a folder with one version's \
      expert as PEFT reads it; beside it, in accrete.json and head.safetensors, what else the version answers by.
      """)

  @Argument(help: ArgumentHelp("NAME, NAME@NUMBER or NAME:ALIAS.", valueName: "version"), completion: .versions)
  var versions: [String]

  @Option(help: "The file, or the folder; it must not exist yet.")
  var out: String

  @Flag(help: "Write the expert of one version as an adapter's folder for PEFT.")
  var peft = false

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if versions.isEmpty { throw ValidationError("Name at least one version, as spam or spam@2.") }
    if peft, versions.count > 1 {
      throw ValidationError("--peft writes one version: an adapter's folder holds one expert.")
    }
  }

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      let records = try versions.map { try registry.version(VersionReference(parsing: $0)) }
      if peft, let version = records.first {
        let adapter = try registry.exportAdapter(
          version, base: EmbeddedResources.base(registry.base().path, from: registry.url),
          to: URL(fileURLWithPath: absolute(out)))
        let loads =
          adapter.unknownArchitecture == nil
          ? "PEFT loads it alone; what else the version answers by is in accrete.json"
          : "what else the version answers by is in accrete.json"
        try Console.output(
          try json
            ? RegistryText.json(adapter)
            : "\(absolute(out).printable): the expert of \(adapter.version), \(adapter.tensors). \(loads)")
        if let warning = HeldBase.warning(
          adapter.version, adapter.model.weights, "PEFT and predict.py load the base's own numbers")
        {
          Console.error(warning)
        }
        if let architecture = adapter.unknownArchitecture {
          Console.error(
            "warning: transformers has no class for \(architecture), this base's architecture, so that neither PEFT nor predict.py can load it"
          )
        }
        return
      }
      let bundle = try registry.export(records, to: URL(fileURLWithPath: absolute(out)))
      try Console.output(
        try json
          ? RegistryText.json(bundle)
          : "\(absolute(out).printable): \(bundle.versions.joined(separator: ", ")); \(bundle.blobs) blobs, \(RegistryText.size(bundle.bytes))"
      )
    }
  }
}

struct RegistryImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take the versions of an exported file; they are registered, not released.",
    discussion: "Every digest is computed again, and the base must be the registry's own.")

  @Argument(help: ArgumentHelp("The file.", valueName: "bundle"))
  var file: String

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      try NoExperts.refuseFolder(file)
      let registry = try options.open(.writing)
      let bundle = try registry.importBundle(URL(fileURLWithPath: absolute(file)), actor: options.actor)
      if !bundle.purged.isEmpty {
        Console.error(
          "warning: not taken, as their rows and tensors were removed here for good: \(bundle.purged.joined(separator: ", "));"
            + " `accrete learn` makes a new version")
      }
      if json { return try Console.output(try RegistryText.json(bundle)) }
      if !bundle.versions.isEmpty {
        try Console.output(
          options.hint(
            "registered \(bundle.versions.joined(separator: ", ")); release one with `accrete promote \(bundle.versions[0])` (and `--reason …` where a gate held it back)"
          ))
      }
      if !bundle.known.isEmpty { try Console.output("here already: \(bundle.known.joined(separator: ", "))") }
      if bundle.versions.isEmpty, bundle.known.isEmpty { throw ExitCode(Failure.badData) }
    }
  }
}
