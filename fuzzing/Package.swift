// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that the ordinary build knows nothing of sanitizers. `make fuzz` builds and runs it.
let package = Package(
  name: "fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "accrete", path: "..")],
  targets: [
    .executableTarget(
      name: "accrete-fuzz",
      dependencies: [
        .product(name: "Files", package: "accrete"), .product(name: "Registry", package: "accrete"),
        .product(name: "Torch", package: "accrete"), .product(name: "ModelConfiguration", package: "accrete"),
        .product(name: "Planning", package: "accrete"), .product(name: "Records", package: "accrete"),
        .product(name: "Tokenization", package: "accrete"), .product(name: "Templates", package: "accrete"),
        .product(name: "Decoder", package: "accrete"),
        .product(name: "Experts", package: "accrete"), .product(name: "Streams", package: "accrete"),
        .product(name: "Learning", package: "accrete"), .product(name: "Pretraining", package: "accrete"),
        .product(name: "Runs", package: "accrete"), .product(name: "HTTPServer", package: "accrete"),
        .product(name: "Review", package: "accrete"),
      ],
      path: "Sources",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
