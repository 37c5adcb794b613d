// swift-tools-version: 6.1
import PackageDescription

// Programs that use the libraries as any other package does: `swift run --package-path Examples first-task` (README.md).
// The package above builds the same folders, so that its tests run them.

/// A program in `Sources/FOLDER` with the libraries that it imports.
func program(_ name: String, in folder: String, _ libraries: [String]) -> Target {
  .executableTarget(
    name: name, dependencies: libraries.map { .product(name: $0, package: "accrete") }, path: "Sources/\(folder)")
}

let package = Package(
  name: "examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "accrete", path: "..")],
  targets: [
    program(
      "first-task", in: "FirstTask", ["Evolution", "Generation", "Records", "Registry", "Serving", "TaskModels"]),
    program(
      "own-method", in: "OwnMethod",
      ["Decoder", "Experts", "Generation", "Learning", "Records", "Streams", "Torch"]),
    program(
      "decoding-with-experts", in: "DecodingWithExperts",
      ["Decoder", "Experts", "Generation", "Learning", "Records", "Streams"]),
    program(
      "several-tasks", in: "SeveralTasks", ["Evolution", "Generation", "Records", "Registry", "Serving", "TaskModels"]),
  ],
  swiftLanguageModes: [.v6]
)
