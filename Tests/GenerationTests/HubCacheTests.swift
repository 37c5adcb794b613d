import Decoder
import Foundation
import Generation
import ModelConfiguration
import Templates
import Testing

/// Is a model found that Hugging Face's programs have fetched, and is anything else told what it is?
@Suite struct HubCacheTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hub-\(UUID().uuidString)")

  private func write(_ text: String, to path: String) throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func found(_ name: String, _ cache: HubCache) throws -> String {
    try cache.snapshot(of: #require(HubCache.Name(name))).lastPathComponent
  }

  @Test func revisions() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = "hub/models--acme--small-1.5/"
    for commit in ["aaa", "bbb"] { try write("{}", to: home + "snapshots/\(commit)/config.json") }
    try write("bbb\n", to: home + "refs/main")
    try write("aaa", to: home + "refs/pr/1")
    try write("{}", to: "hub/models--acme--pinned/snapshots/ccc/config.json")
    try write("{}", to: "hub/models--acme--partial/snapshots/ddd/README.md")
    try write("ddd", to: "hub/models--acme--partial/refs/main")
    for environment in [
      ["HF_HOME": folder.path], ["HF_HUB_CACHE": folder.path + "/hub", "HF_HOME": "/nowhere"],
      ["HUGGINGFACE_HUB_CACHE": folder.path + "/hub"],
    ] {
      let cache = HubCache(environment: environment)
      #expect(try found("acme/small-1.5", cache) == "bbb" && found("acme/small-1.5@pr/1", cache) == "aaa")
      #expect(try found("acme/small-1.5@aaa", cache) == "aaa" && found("acme/pinned", cache) == "ccc")
      let snapshot = try cache.snapshot(of: #require(HubCache.Name("acme/pinned")))
      #expect(HubCache.name(of: snapshot) == HubCache.Name("acme/pinned@ccc"))
      for (name, part) in [
        ("acme/other", "`hf download acme/other` fetches it"), ("acme/partial", "a part of it in Hugging Face's cache"),
        ("acme/small-1.5@v2", "`hf download acme/small-1.5 --revision v2`"),
      ] {
        let error = #expect(throws: ConfigurationError.self) { try found(name, cache) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
      }
    }
    #expect(HubCache(environment: ["HOME": "/h"]).folder.path == "/h/.cache/huggingface/hub")
    #expect(HubCache(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/x"]).folder.path == "/x/huggingface/hub")
    for ignored in ["", "cache"] {
      let cache = HubCache(environment: ["HOME": "/h", "XDG_CACHE_HOME": ignored])
      #expect(cache.folder.path == "/h/.cache/huggingface/hub")
    }
  }

  /// As Hugging Face's programs leave it: a snapshot is a folder of links to the blobs of its repository.
  @Test func aSnapshotOfLinks() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = "hub/models--acme--chat/"
    let files = [
      ("config.json", "{}"), ("tokenizer_config.json", #"{"bos_token": "<s>"}"#),
      ("chat_template.jinja", "{{ bos_token }}{{ messages[0].role }}"),
    ]
    let snapshot = folder.appendingPathComponent(home + "snapshots/c0ffee")
    try FileManager.default.createDirectory(at: snapshot, withIntermediateDirectories: true)
    for (index, (name, text)) in files.enumerated() {
      try write(text, to: home + "blobs/\(index)")
      try FileManager.default.createSymbolicLink(
        atPath: snapshot.appendingPathComponent(name).path, withDestinationPath: "../../blobs/\(index)")
    }
    try write("c0ffee", to: home + "refs/main")
    let cache = HubCache(environment: ["HF_HOME": folder.path])
    let found = try cache.snapshot(of: #require(HubCache.Name("acme/chat")))
    let template = try #require(try ChatTemplate.stored(in: found))
    #expect(try template.render([["role": "user"]], addGenerationPrompt: false) == "<s>user")
    // A link to anything else is refused as in any folder.
    try write("{}", to: "elsewhere.json")
    try FileManager.default.createSymbolicLink(
      at: snapshot.appendingPathComponent("special_tokens_map.json"),
      withDestinationURL: folder.appendingPathComponent("elsewhere.json"))
    #expect {
      try ChatTemplate.stored(in: found)
    } throws: { "\($0)".contains("outside of its folder") }
  }

  @Test(arguments: [
    "a", "a/b/c", "../b", "a/..", "/a/b", "a/b@", "a/b@../x", "a--b/c", "", "a/ b", "a/b@x//y", "models/m.gguf",
  ])
  func noNames(text: String) { #expect(HubCache.Name(text) == nil) }

  @Test(arguments: [
    ("m.gguf", "a GGUF file"), ("x/m.gguf", "a GGUF file"), ("x/adapter_config.json", "a PEFT adapter"),
    ("x/consolidated.00.pth", "weights as Meta"), ("x/README.md", "a folder without config.json"),
    ("model.safetensors", "one of a model's files"),
    ("pytorch_model.bin", "a pickle"), ("x/registry.sqlite", "a registry"), ("nothing", "nothing there"),
    ("notes.txt", "a file"),
  ]) func othersAreNamed(path: String, what: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("", to: "other")
    if path != "nothing" {
      try write(path.contains("adapter") ? #"{"base_model_name_or_path":"acme/small"}"# : "", to: path)
    }
    let named = folder.appendingPathComponent(path.hasPrefix("x/") ? "x" : path)
    let error = #expect(throws: ConfigurationError.self) { try ModelFolder.require(named) }
    #expect(
      error?.description.contains("expected a model's folder, got \(what)") == true, "\(String(describing: error))")
    if path.contains("adapter") { #expect(error?.description.contains("(acme/small)") == true) }
  }

  @Test func pickledWeights() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write("{}", to: "config.json")
    try write("", to: "pytorch_model-00001-of-00002.bin")
    let error = #expect(throws: ConfigurationError.self) { try Checkpoint(folder: folder) }
    #expect(error?.description.contains("save_pretrained") == true)
    // The command is one that a shell takes, whatever the folder is called.
    try write("", to: "it's/pytorch_model.bin")
    let named = folder.appendingPathComponent("it's/pytorch_model.bin")
    let other = #expect(throws: ConfigurationError.self) { try ModelFolder.require(named) }
    let quoted = other?.description ?? ""
    #expect(quoted.contains("/it'\\''s' '") && quoted.contains("/it'\\''s-safetensors'"), "\(quoted)")
  }
}
