import ArgumentParser
import Decoder
import Experts
import Files
import Foundation
import Generation
import ModelConfiguration
import Tokenization

struct ExpertsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make an expert of a LoRA adapter that PEFT wrote, bound to a base.")

  @Argument(help: ArgumentHelp("Folder with adapter_config.json and adapter_model.safetensors.", valueName: "adapter"))
  var folder: String

  @Option(
    help:
      "The base that the adapter was trained on: a folder, or an embedded one's name. Default: the one that the archive or the adapter names, else sapling."
  )
  var base: String?

  @Option(help: "The expert's name.")
  var name: String

  @Option(help: "The expert's folder, as RUN/experts/NAME; it must not exist yet.")
  var out: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      guard ExpertArchive.isSafe(name) else { throw ExpertError.unsafeName(name) }
      let expected = "the folder of an adapter that PEFT wrote"
      try NoExperts.refuseRegistry(folder, expected: expected)
      try NoExperts.refuseVersion(folder, expected: expected)
      let source = URL(fileURLWithPath: absolute(folder))
      let home =
        try base.map { try EmbeddedResources.base($0) } ?? ExpertOptions.home(of: source) ?? EmbeddedResources.base()
      if base == nil {
        Console.error("base: \(EmbeddedResources.argument(for: home.path)), as there is no --base")
      }
      // The base's shape and digest are enough: its weights are not taken apart.
      let host = StoredExpert.Base(
        try DecoderConfiguration(folder: home), digest: try Checkpoint(folder: home).digest,
        tokenizerDigest: try BPETokenizer(folder: home).digest(of: home))
      let stored = try StoredExpert(source, for: host)
      if stored.archive == nil {
        let named = stored.otherBase(than: home).map { ", though they name \($0.printable)" } ?? ""
        Console.error(
          "PEFT's files have no digest of the base that they belong to: names and shapes fit \(home.path)\(named), and it is bound to it now"
        )
      }
      if let note = AdapterNote.text(of: source, importedTo: self.out) { Console.error(note) }
      if let held = HeldBase.precision(of: source),
        let warning = HeldBase.warning(
          folder.printable, held, "meets the base's own numbers where --weights \(held.rawValue) is left out")
      {
        Console.error(warning)
      }
      guard let tokenizer = host.tokenizerDigest else { throw FileError.notFound(path: home.path) }
      let out = URL(fileURLWithPath: absolute(out))
      let archive = try NewFolder.make(out) { new in
        try ExpertArchive.write(
          stored.expert, name: name, method: stored.archive?.method ?? "peft", baseDigest: host.digest,
          baseConfiguration: host.configuration, tokenizerDigest: tokenizer, promptDigest: stored.archive?.promptDigest,
          to: new)
      }
      if json {
        try Console.output(String(decoding: try JSONFile.encode(ExpertLine(archive, folder: out.path)), as: UTF8.self))
      } else {
        try Console.output(
          "\(archive.name): rank \(archive.shape.rank), alpha \(archive.shape.alpha), \(archive.bytes) bytes,"
            + " \(archive.tensorsDigest); bound to the base \(archive.baseDigest)")
        try Console.output("expert folder: \(out.path)")
        let quoted = shellWords([self.out]).printable
        Console.error(
          "next: accrete generate --expert \(quoted) …, or accrete learn FILE --start-from \(quoted), which makes a version of it and trains it further"
        )
      }
    }
  }
}
