import ArgumentParser
import Comparing
import Files
import Foundation
import Records
import Runs

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Run a grid of methods, orders and seeds as one job that can be killed and goes on, and compare the results.",
    discussion: """
      accrete compare --methods accrete,per-task --orders 1-3 --seeds 0-2 --suite mtl5 --data DIR --out runs/grid --jobs 2
      accrete compare --cells moe-cl:1-3:0-2 --cells sequential:1-3:0 --suite mtl5 --data DIR --out runs/grid

      Every option of `accrete train` is shared by all cells. The same command goes on where it was, and may name more cells; \
      other data, base, options or code are refused. SIGTERM, SIGINT (Ctrl-C) and SIGHUP (a closed terminal) write a checkpoint of \
      every running cell and end the command with 143, 130 and 129; a second one ends it at once. docs/compare.md says what is stored.
      """)

  @Option(
    help: "Methods of the grid, such as accrete,per-task. Default: \(RunConfiguration.defaultMethod), without --cells.")
  var methods: String?

  @Option(help: "Orders of the grid, such as 1,2 or 1-3. Default: 1.")
  var orders: String?

  @Option(help: "Seeds of the grid, such as 0-2. Default: 0.")
  var seeds: String?

  @Option(help: "A further grid, METHODS:ORDERS:SEEDS, such as accrete,per-task:1-3:0-2. May be given several times.")
  var cells: [String] = []

  @Option(help: "Cells side by side. Default: 1.")
  var jobs: Int?

  @Option(help: "The method that the others are compared with. Default: the first.")
  var reference: String?

  @Option(help: "Folder of the comparison: new, or the one to go on with. Needed here or in the file.")
  var out: String?

  @OptionGroup var options: RunOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if out == nil, options.config == nil { throw ValidationError("Missing expected argument '--out <out>'") }
  }

  func run() throws {
    progress.begin()
    try Failure.reported(memory: RunOptions.lessMemory) {
      let file = try options.invocation(besides: ComparisonFile.keys)
      let printer = ProgressPrinter(try progress.with(file))
      let folder = ComparisonFolder(URL(fileURLWithPath: try file.place(out)))
      try refuse("program", file.program)
      try refuse("dry-run", file.dryRun)
      try refuse("tensorboard", file.tensorboard)
      try folder.requireOwn()
      let plan = try plan(in: folder)
      // Without a folder there is nobody to keep out yet, and what is wrong with base and data leaves nothing behind.
      var lock = try folder.exists ? ComparisonLock(folder) : nil
      let comparison = try Comparison(plan.shared, cells: plan.cells, report: printer.show)
      _ = try comparison.reference(plan.reference)
      try folder.create()
      lock = try lock ?? ComparisonLock(folder)
      try withExtendedLifetime(lock) {
        try comparison.begin(in: folder)
        Signals.listenForChildren()
        let program = CompareProgram(view: CompareView(comparison, in: folder, printer))
        let job = try ComparisonJob(comparison, in: folder, jobs: plan.jobs, reference: plan.reference, by: program)
        try CompareReport.show(job.run(), json: json || file.json == true)
      }
    }
  }
}

extension CompareCommand {
  private struct Plan {
    var cells: [ComparisonCell]
    var shared: RunConfiguration
    var jobs: Int
    var reference: String?
  }

  /// What flags and file say together.
  private func plan(in folder: ComparisonFolder) throws -> Plan {
    let own = try options.config.map { try ComparisonFile.read(URL(fileURLWithPath: absolute($0))) } ?? ComparisonFile()
    let file = try options.file(besides: ComparisonFile.keys)
    try refuse("method", options.method ?? file.method, instead: "methods")
    try refuse("order", options.order ?? file.order, instead: "orders")
    try refuse("seed", options.seed ?? file.seed, instead: "seeds")
    // Flags replace the file's grid as a whole: half of each would be a grid that nobody asked for.
    let hasFlags = methods != nil || orders != nil || seeds != nil || !cells.isEmpty
    let grid =
      try hasFlags
      ? ComparisonGrid(methods: methods, orders: orders, seeds: seeds, parts: cells)
      : ComparisonGrid(
        methods: own.methods?.text, orders: own.orders?.text, seeds: own.seeds?.text, parts: own.cells?.items ?? [])
    let jobs = jobs ?? own.jobs ?? 1
    guard (1...1024).contains(jobs) else {
      throw RunError.invalidConfiguration(key: "jobs", got: "\(jobs)", allowed: "1 to 1024")
    }
    var shared = try options.configuration(file)
    if options.base.threads == nil, file.threads == nil {
      // Results depend on it in their last bits: what a comparison was begun with stays, whatever the machine and --jobs.
      shared.threads =
        try folder.exists
        ? Comparison.read(folder).configuration.threads
        : max(1, DefaultThreads.count / jobs)
    }
    return Plan(cells: grid.cells, shared: shared, jobs: jobs, reference: reference ?? own.reference)
  }

  private func refuse(
    _ key: String, _ value: (some CustomStringConvertible)?, instead: String? = nil
  ) throws {
    guard let value else { return }
    throw RunError.invalidConfiguration(
      key: key, got: "\(value)",
      allowed: "only in `accrete train`" + (instead.map { "; a comparison has --\($0)" } ?? ""))
  }
}
