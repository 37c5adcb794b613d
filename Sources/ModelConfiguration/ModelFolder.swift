import Files
public import Foundation

/// What a path is that was named as a model: a Hugging Face folder, or something that people have in its stead.
public enum ModelFolder {
  /// - Parameter url: What was named.
  /// - Throws: ``ConfigurationError/notAModel(path:got:fix:)`` for anything but a folder with `config.json`; it names what is there, and the way.
  public static func require(_ url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw ConfigurationError.notAModel(path: url.path, got: "nothing there", fix: "Check the path.")
    }
    guard isFolder.boolValue else { throw file(url) }
    guard FolderFile.exists("config.json", in: url) else { throw folder(url) }
  }

  /// What a folder with a `config.json` holds in place of weights that can be read; `nil`: nothing that is known.
  ///
  /// - Parameter url: The folder.
  public static func otherWeights(_ url: URL) -> ConfigurationError? {
    let names = self.names(in: url)
    if names.contains(where: { $0.hasPrefix("pytorch_model") && $0.hasSuffix(".bin") }) {
      return .notAModel(
        path: url.path, got: "weights in pytorch_model.bin, a pickle, which may run any code when it is read",
        fix: "Convert them: \(conversion(url.path))")
    }
    return names.contains { $0.lowercased().hasSuffix(".gguf") } ? folder(url) : nil
  }

  private static func names(in url: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
  }

  private static func folder(_ url: URL) -> ConfigurationError {
    let names = self.names(in: url)
    if let file = names.first(where: { $0.lowercased().hasSuffix(".gguf") }) {
      return gguf(url.appendingPathComponent(file))
    }
    if names.contains("adapter_config.json") {
      let base =
        (try? JSONFile.decode(
          JSONTree.self, from: JSONFile.contents(of: url.appendingPathComponent("adapter_config.json")), path: url.path
        ))?["base_model_name_or_path"]?.string
      return .notAModel(
        path: url.path, got: "a PEFT adapter, which is not a model by itself",
        fix:
          "Name the model that it was trained on\(base.map { " (\($0.printable))" } ?? ""); `accrete experts import` takes the adapter."
      )
    }
    if names.contains(where: { $0.hasSuffix(".pth") }) {
      return .notAModel(
        path: url.path, got: "weights as Meta gives them (.pth)",
        fix: "Fetch the repository of the same model that has -hf in its name, or config.json and safetensors.")
    }
    if FolderFile.exists("registry.sqlite", in: url) {
      return .notAModel(path: url.path, got: "a registry", fix: "Name the model; --registry names a registry.")
    }
    return .notAModel(
      path: url.path, got: names.isEmpty ? "an empty folder" : "a folder without config.json",
      fix: "Name the folder that has config.json, model.safetensors and tokenizer.json.")
  }

  private static func file(_ url: URL) -> ConfigurationError {
    let name = url.lastPathComponent.lowercased()
    if name.hasSuffix(".gguf") { return gguf(url) }
    if name.hasSuffix(".safetensors") || name == "config.json" {
      return .notAModel(path: url.path, got: "one of a model's files", fix: "Name its folder.")
    }
    if [".bin", ".pt", ".pth", ".ckpt"].contains(where: name.hasSuffix) {
      return .notAModel(
        path: url.path, got: "a pickle, which may run any code when it is read",
        fix: "Convert the model: \(conversion(url.deletingLastPathComponent().path))")
    }
    return .notAModel(path: url.path, got: "a file", fix: "Name the folder that has config.json and model.safetensors.")
  }

  private static func gguf(_ url: URL) -> ConfigurationError {
    .notAModel(
      path: url.path, got: "a GGUF file, whose weights are usually quantized for answering alone",
      fix: "Fetch the original checkpoint, which its model card names: `hf download ORG/NAME`.")
  }

  private static func conversion(_ path: String) -> String {
    "python3 -c 'import sys; from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; [c.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[2]) for c in (M, T)]' \(ForeignFormat.quoted(path)) \(ForeignFormat.quoted(path + "-safetensors"))"
  }
}
