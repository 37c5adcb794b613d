import Files
import Foundation
import Planning
import Pretraining
import Records
import Runs

let pretrainingTargets: [FuzzTarget] = [
  FuzzTarget("gzip") { input in
    texts.write(input, to: "text.jsonl.gz")
    try readAll(texts["text.jsonl.gz"])
  },
  FuzzTarget("documents") { input in
    texts.write(input, to: "text.jsonl")
    try readAll(texts["text.jsonl"])
  },
  // tokens.json and the one file that it speaks of.
  FuzzTarget("tokens") { input in
    let parts = input.parts(2)
    tokens.write(parts[0], to: "tokens.json")
    tokens.write(parts[1], to: "english-train-00000.tokens")
    // Lengths alone: with their digests no changed token would ever be read.
    let corpus = try TokenCorpus(tokens.url, verification: .lengths)
    for source in corpus.sources {
      for stream in [source.train, source.heldOut] {
        try Finding.unless(stream.documents <= stream.count, "\(stream.documents) documents in \(stream.count) tokens")
        for window in 0..<min(stream.windows(length: 4), 100) {
          let ids = try stream.window(window, length: 4)
          try Finding.unless(
            ids.count == 5 && ids.allSatisfy((0..<corpus.vocabularySize).contains), "a window of \(ids)")
        }
      }
    }
  },
  FuzzTarget("pretraining") { input in
    settings.write(input, to: "base.yaml")
    let configuration = try PretrainingFile.read(settings["base.yaml"]).configuration(relativeTo: settings.url)
    try Finding.unlessDone("the shape of what was accepted") { _ = try configuration.decoder() }
    try Finding.unlessDone("checking it twice") { try configuration.check() }
    try Finding.unless(configuration.steps >= 1, "\(configuration.steps) steps")
    try requireRoundTrip(configuration)
  },
  FuzzTarget("pretraining-manifest") { input in
    let manifest = try JSONFile.decode(PretrainingManifest.self, from: input, path: "/fuzz/pretraining.json")
    try requireRoundTrip(manifest)
    try manifest.configuration.check()
  },
  FuzzTarget("scaling-run") { input in
    runs.write(input, to: "run/metrics.json")
    for run in try ScalingRun.readAll(in: runs.url).runs {
      let numbers = [run.activated, run.tokens, run.flops, run.loss]
      try Finding.unless(numbers.allSatisfy { $0 > 0 && $0.isFinite }, "a run of \(numbers)")
    }
  },
]

/// All documents of a file: UTF-8, each of them.
private func readAll(_ file: URL) throws {
  var reader = DocumentReader(try TextSource(name: "text", files: [file]))
  while let document = try reader.nextDocument() {
    try Finding.unless(String(validating: document, as: UTF8.self) != nil, "a document that is not a text")
  }
}

private let texts = WorkFolder("texts")
private let tokens = WorkFolder("tokens")
private let settings = WorkFolder("settings")
private let runs = WorkFolder("runs", folder: "run")
