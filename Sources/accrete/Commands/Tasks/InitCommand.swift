import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import Torch

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a registry: what a team teaches one base model, version by version.",
    discussion: """
      accrete init --base path/to/hf-model
      accrete learn spam.jsonl
      accrete predict texts.jsonl --task spam
      """)

  @OptionGroup var registry: RegistryOptions

  @Option(
    help:
      "The base: a Hugging Face folder, ORG/NAME of Hugging Face's cache, or an embedded one for trying: sapling (default) or seedling.",
    completion: .list(EmbeddedResources.bases)
  )
  var base: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Result: Encodable {
    let registry: String
    let base: BaseRecord
  }

  func run() throws {
    try Failure.reported(memory: "Use a smaller base: --base.") {
      let folder = try base.map { try EmbeddedResources.base($0) } ?? EmbeddedResources.base()
      let loaded = try Base(folder: folder)
      for warning in loaded.warnings { Console.error("warning: \(warning)") }
      let name = EmbeddedResources.argument(for: folder.path)
      let record = try BaseRecord(loaded, path: name)
      let made = try Registry.create(at: registry.folder, base: record, actor: registry.actor)
      guard !json else {
        return try Console.output(
          String(decoding: try JSONFile.encode(Result(registry: made.url.path, base: record)), as: UTF8.self))
      }
      try Console.output("registry: \(made.url.path)")
      let toy = EmbeddedResources.bases.contains(name) ? " (a small embedded one, for trying; --base names yours)" : ""
      try Console.output("base: \(BaseLine.text(loaded, name: name))\(toy)")
      if let architecture = loaded.model.configuration.unknownToTransformers {
        try Console.output(
          "transformers has no class for \(architecture), this base's architecture: adapters that `registry export --peft` writes are loaded by neither PEFT nor predict.py"
        )
      }
      let usual = try RegistryOptions.parse([]).folder.path == registry.folder.path
      try Console.output(
        "next: accrete learn FILE\(usual ? "" : " --registry \(shellWords([made.url.path]).printable)")")
    }
  }
}
