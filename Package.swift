// swift-tools-version: 6.1
import PackageDescription

/// What every target is compiled with: existentials are spelled out, and a module's public imports are visible in it.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Layers with loops over bytes and numbers, which take most of the tests' time when the compiler does not optimize them.
/// The tests are built with these optimized (Makefile); no other build is, as a package with such flags cannot be depended on.
let optimized: [SwiftSetting] =
  Context.environment["ACCRETE_OPTIMIZED"] == "1"
  ? [.unsafeFlags(["-O", "-whole-module-optimization", "-num-threads", "2"])] : []
/// Our C++ as in a release; that of other packages takes two minutes less without it.
let optimizedCxx: [CXXSetting] = optimized.isEmpty ? [] : [.unsafeFlags(["-O2"])]
let optimizedLayers: Set = [
  "Files", "Assurance", "Randomness", "Tokenization", "Templates", "Streams", "Torch", "Decoder", "Records",
]

/// A library for other packages. Those that call libtorch bring what is linked to it; our own programs open that when they
/// need it (ARCHITECTURE.md, "How libtorch is called").
func library(_ name: String, callsTorch: Bool = true) -> Product {
  .library(name: name, targets: callsTorch ? [name, "CTorchBridge"] : [name])
}

/// One library layer; it may import only what is listed here (see ARCHITECTURE.md).
func layer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: settings + (optimizedLayers.contains(name) ? optimized : []))
}

/// A program of `Examples/`, which is a package of its own for those who depend on this one: built here, so that the tests run it.
func example(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "example-" + name, dependencies: dependencies, path: "Examples/Sources/\(folder)", swiftSettings: settings)
}

/// The tests of one layer.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies, resources: resources,
    swiftSettings: settings)
}

let package = Package(
  name: "accrete",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "accrete", targets: ["accrete"]),
    .executable(name: "accrete-server", targets: ["accrete-server"]),
    .executable(name: "accrete-bench", targets: ["accrete-bench"]),
    .library(name: "accrete-torch", type: .dynamic, targets: ["CTorchBridge"]),
    // A GPU's driver over a CPU, for tests (docs/device-kernels.md).
    .library(name: "accrete-cuda-emulated", type: .dynamic, targets: ["CDeviceEmulated"]),
    library("Files", callsTorch: false),
    library("AuditedDatabase", callsTorch: false),
    library("Registry", callsTorch: false),
    library("Access", callsTorch: false),
    library("Markup", callsTorch: false),
    library("Console", callsTorch: false),
    library("Assurance", callsTorch: false),
    library("Review", callsTorch: false),
    library("Randomness", callsTorch: false),
    library("ModelConfiguration", callsTorch: false),
    library("Planning", callsTorch: false),
    library("Tokenization", callsTorch: false),
    library("Templates", callsTorch: false),
    library("Streams", callsTorch: false),
    library("Records", callsTorch: false),
    library("Reports", callsTorch: false),
    library("Torch"),
    library("Decoder"),
    library("Generation"),
    library("Experts"),
    library("Learning"),
    library("Pretraining"),
    library("TaskModels"),
    library("Serving"),
    library("HTTPServer"),
    library("Evolution"),
    library("Runs"),
    library("Comparing"),
    library("Verification"),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .systemLibrary(name: "CLibtorch", pkgConfig: "accrete-libtorch"),
    .target(name: "CTorch", cxxSettings: optimizedCxx),
    .target(
      name: "CTorchBridge", dependencies: ["CLibtorch"],
      cxxSettings: [.headerSearchPath("../CTorch/include")] + optimizedCxx,
      linkerSettings: [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]),
    .target(name: "CDevice", cxxSettings: optimizedCxx),
    // The same kernels, compiled for a CPU.
    .target(
      name: "CDeviceEmulated",
      cxxSettings: [.headerSearchPath("."), .headerSearchPath("../CDevice"), .headerSearchPath("../CDevice/kernels")]
        + optimizedCxx),
    layer("Files", [.product(name: "Crypto", package: "swift-crypto")]),
    // What several processes write at once, with an audit of who did what.
    layer("AuditedDatabase", ["Files", .product(name: "GRDB", package: "GRDB.swift")]),
    .target(name: "CRegistry"),
    layer("Registry", ["CRegistry", "AuditedDatabase", "Files", .product(name: "GRDB", package: "GRDB.swift")]),
    // Who may ask a server what; no model and no network.
    layer(
      "Access",
      ["Files", .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift")]),
    layer("Markup", ["Files"]),
    // The page's views, from plain values alone.
    layer("Console", ["Markup", "Files"]),
    layer("Assurance", ["Files"]),
    // What is decided without a person, and what shows that this may be; no model and no network.
    layer(
      "Review",
      [
        "AuditedDatabase", "Markup", "Assurance", "Files", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
      ]),
    layer("Randomness", []),
    layer("ModelConfiguration", ["Files"]),
    layer("Planning", ["Randomness", "Files"]),
    layer("Tokenization", ["Files"]),
    layer("Templates", ["Files"]),
    layer("Streams", ["Templates", "Tokenization", "Randomness", "Files"]),
    layer("Records", ["Streams", "Planning", "ModelConfiguration", "Assurance", "Randomness", "Files"]),
    layer("Reports", ["Markup", "Records", "Streams", "Planning", "ModelConfiguration", "Files"]),
    layer("Torch", ["CTorch", "CDevice", "ModelConfiguration", "Randomness", "Files"]),
    layer("Decoder", ["Torch", "ModelConfiguration", "Randomness", "Files"]),
    layer("Generation", ["Decoder", "Torch", "Templates", "Tokenization", "ModelConfiguration", "Files"]),
    layer("Experts", ["Decoder", "Torch", "ModelConfiguration", "Files"]),
    layer(
      "Learning",
      ["Experts", "Decoder", "Torch", "Records", "Streams", "ModelConfiguration", "Randomness", "Files"]),
    layer(
      "Pretraining",
      ["Decoder", "Torch", "Records", "Tokenization", "ModelConfiguration", "Randomness", "Files"]),
    layer(
      "TaskModels",
      [
        "Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams", "Templates",
        "ModelConfiguration",
        "Randomness", "Files",
      ]),
    layer(
      "Serving",
      [
        "TaskModels", "Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams", "Tokenization",
        "ModelConfiguration", "Review", "Registry", "AuditedDatabase", "Files",
      ]),
    layer(
      "HTTPServer",
      [
        "Access", "Console", "Serving", "TaskModels", "Generation", "Decoder", "Streams", "Templates", "Tokenization",
        "ModelConfiguration", "Registry", "Files",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ]),
    layer(
      "Evolution",
      [
        "Serving", "TaskModels", "Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams",
        "ModelConfiguration", "Randomness", "Assurance", "Review", "Registry", "AuditedDatabase", "Markup", "Files",
        .product(name: "Crypto", package: "swift-crypto"), .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    layer(
      "Runs",
      [
        "TaskModels", "Pretraining", "Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams",
        "Tokenization", "Planning", "ModelConfiguration", "Randomness", "Files",
        .product(name: "Yams", package: "Yams"),
      ]),
    layer("Comparing", ["Runs", "Learning", "Generation", "Decoder", "Torch", "Records", "Files"]),
    layer(
      "Verification",
      ["Runs", "TaskModels", "Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams", "Files"]),
    .executableTarget(
      name: "accrete",
      dependencies: [
        "Verification", "Comparing", "Runs", "Evolution", "Serving", "TaskModels", "Pretraining", "Learning", "Experts",
        "Generation", "Decoder", "Torch", "Reports", "Records", "Streams", "Templates", "Tokenization", "Planning",
        "ModelConfiguration", "Review", "Assurance", "Access", "Registry", "AuditedDatabase", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      resources: [.copy("Resources/base"), .copy("Resources/demo")],
      swiftSettings: settings),
    // A program of its own: the other commands link no server and start as fast as without one.
    .executableTarget(
      name: "accrete-server",
      dependencies: [
        "HTTPServer", "Access", "Serving", "Generation", "Decoder", "Torch", "ModelConfiguration", "Registry", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    // Loads any server that speaks OpenAI's API, and measures it.
    .executableTarget(
      name: "accrete-bench",
      dependencies: [
        "Randomness", "Files", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "benchmarks/AccreteBench", swiftSettings: settings),
    // Whether certificates keep what they promise, over many splits of rows that a model has scored.
    .executableTarget(
      name: "accrete-review-splits",
      dependencies: [
        "Review", "Assurance", "Randomness", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "benchmarks/ReviewSplits", swiftSettings: settings),
    .executableTarget(
      name: "accrete-benchmark",
      dependencies: [
        "BenchmarkSupport", "ServingSupport", "Serving", "Registry", "Generation", "Pretraining", "Learning", "Experts",
        "Decoder", "Torch",
        "Records", "Streams", "Tokenization", "ModelConfiguration", "Randomness", "Files",
      ],
      path: "benchmarks/AccreteBenchmark", swiftSettings: settings),
    // What both programs that measure have: arguments, rows, experts, the training of a task.
    .target(
      name: "BenchmarkSupport",
      dependencies: [
        "Learning", "Experts", "Decoder", "Torch", "Records", "Streams", "ModelConfiguration", "Randomness", "Files",
      ],
      path: "benchmarks/Support", swiftSettings: settings),
    // Versions that nobody learned, for what measures and tests servers. What runs on a GPU's machine carries no registry.
    .target(
      name: "ServingSupport",
      dependencies: [
        "Evolution", "Serving", "TaskModels", "Registry", "Generation", "Experts", "Decoder", "Torch", "Files",
      ],
      path: "benchmarks/ServingSupport", swiftSettings: settings),
    // What is measured on a machine with a GPU: small, as it has to be carried there (docs/gpu.md).
    .executableTarget(
      name: "accrete-device-check",
      dependencies: [
        "BenchmarkSupport", "Learning", "Experts", "Decoder", "Torch", "Records", "Streams", "Tokenization",
        "ModelConfiguration",
        "Randomness", "Files",
      ],
      path: "benchmarks/AccreteDeviceCheck", swiftSettings: settings),
    example(
      "first-task", in: "FirstTask", ["Evolution", "Generation", "Records", "Registry", "Serving", "TaskModels"]),
    example(
      "own-method", in: "OwnMethod",
      ["Decoder", "Experts", "Generation", "Learning", "Records", "Streams", "Torch"]),
    example(
      "decoding-with-experts", in: "DecodingWithExperts",
      ["Decoder", "Experts", "Generation", "Learning", "Records", "Streams"]),
    example(
      "several-tasks", in: "SeveralTasks", ["Evolution", "Generation", "Records", "Registry", "Serving", "TaskModels"]),
    tests("Files", []),
    tests("Assurance", []),
    tests(
      "Registry", ["AuditedDatabase", "Files", "registry-faults", .product(name: "GRDB", package: "GRDB.swift")],
      resources: [.copy("Resources")]),
    // What the tests of several layers use.
    .target(name: "TestSupport", dependencies: ["Torch"], path: "Tests/TestSupport", swiftSettings: settings),
    .target(name: "CFaults", path: "Tests/CFaults"),
    .executableTarget(
      name: "registry-faults", dependencies: ["Registry", "AuditedDatabase", "CFaults", "Files"],
      path: "Tests/RegistryFaults",
      swiftSettings: settings),
    tests("Randomness", []),
    tests("Torch", ["ModelConfiguration", "Randomness", "Files", "CTorch"]),
    tests("Planning", ["Randomness", "Files"]),
    tests("Tokenization", ["Files"], resources: [.copy("Resources")]),
    tests("Templates", ["Files"], resources: [.copy("Resources")]),
    tests("Decoder", ["Torch", "ModelConfiguration", "Randomness", "Files"]),
    tests("Generation", ["Decoder", "Templates", "ModelConfiguration"]),
    tests("Experts", ["Decoder", "Torch", "ModelConfiguration", "Randomness", "Files"]),
    tests("Streams", ["Templates", "Tokenization", "Randomness", "Files"]),
    tests(
      "Learning",
      ["Experts", "Decoder", "Torch", "Records", "Streams", "ModelConfiguration", "Randomness", "Files"]),
    tests(
      "Pretraining", ["Decoder", "Torch", "Records", "Tokenization", "ModelConfiguration", "Randomness", "Files"],
      resources: [.copy("Resources")]),
    tests(
      "TaskModels",
      ["Learning", "Experts", "Generation", "Decoder", "Torch", "Records", "Streams", "Randomness", "Files"]),
    // Registries with versions that were not learned, for the tests of serving.
    .target(
      name: "ServingFixtures",
      dependencies: [
        "ServingSupport", "TestSupport", "Serving", "TaskModels", "Experts", "Generation", "Decoder", "Torch",
        "Registry",
        "ModelConfiguration", "Files",
      ],
      path: "Tests/ServingFixtures", swiftSettings: settings),
    tests(
      "Serving",
      [
        "ServingFixtures", "TaskModels", "Learning", "Experts", "Generation", "Decoder", "Torch", "Registry", "Streams",
        "Tokenization", "Files",
      ]),
    tests("Access", ["Files"]),
    tests("Markup", []),
    tests(
      "Review", ["AuditedDatabase", "Assurance", "Randomness", "Files", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("Console", ["Markup", "Files"], resources: [.copy("Resources")]),
    tests(
      "HTTPServer",
      [
        "ServingFixtures", "Console", "Access", "Serving", "TaskModels", "Generation", "Decoder", "Torch", "Registry",
        "Streams",
        "Tokenization", "Files",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ], resources: [.copy("Resources")]),
    .testTarget(
      name: "AccreteBenchTests", dependencies: ["accrete-bench", "Files", "Randomness"], swiftSettings: settings),
    tests(
      "Evolution",
      [
        "ServingSupport", "Serving", "TaskModels", "Learning", "Experts", "Generation", "Decoder", "Torch", "Records",
        "Streams", "Tokenization", "Review", "Registry", "AuditedDatabase", "Randomness", "Assurance", "Files",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "Runs",
      [
        "Verification", "Comparing", "TaskModels", "Pretraining", "Learning", "Experts", "Generation", "Decoder",
        "Torch", "Records", "Streams", "Tokenization", "Planning", "ModelConfiguration", "Randomness", "Files",
      ]),
    tests("Comparing", ["Runs", "Learning", "Records"]),
    tests("Records", ["Assurance", "ModelConfiguration", "Streams", "Randomness", "Files"]),
    tests("Reports", ["Records", "Planning", "Files"]),
    // Most of its tests start the program; some ask its argument parser.
    .testTarget(
      name: "AccreteTests",
      dependencies: [
        "accrete", "accrete-server", "Access", "HTTPServer", "BenchmarkSupport", "TestSupport", "example-first-task",
        "example-own-method",
        "example-decoding-with-experts",
        "example-several-tasks", "Verification", "Comparing", "Runs", "Evolution", "Serving", "TaskModels",
        "Pretraining", "Learning",
        "Experts", "Decoder", "Torch", "Reports", "Records", "Streams", "Templates", "Tokenization", "Planning",
        "ModelConfiguration", "Review", "Assurance", "Registry", "AuditedDatabase", "Files",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
