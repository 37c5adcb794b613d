import Files

/// What the server may take of memory, by what takes it.
struct Budgets: Sendable, Equatable {
  /// The program and its libraries, before the base was loaded.
  let program: Int
  /// The base, as it lies in memory.
  let base: Int
  /// The most that experts take, their mapped files included.
  let experts: Int
  /// The most that keys and values take, kept beginnings of prompts included.
  let keysAndValues: Int
  /// The most that bodies of requests take that wait or run.
  let requests: Int

  private var parts: [(name: String, key: String, bytes: Int)] {
    [
      ("program", "program", program), ("base", "base", base),
      ("experts, mapped files included (--expert-memory)", "experts", experts),
      ("keys and values, prefix cache (--kv-memory)", "keys_and_values", keysAndValues),
      ("requests (--max-waiting, 1 MiB each)", "requests", requests),
    ]
  }

  var total: Int { parts.reduce(0) { $0 + $1.bytes } }

  /// A line for each, and their sum.
  var table: String {
    let rows = parts.map { ($0.name, $0.bytes) } + [("together at most", total)]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, bytes in
      let size = "\(ByteCount(bytes: bytes))"
      return "  " + name + String(repeating: " ", count: width - name.count) + "  "
        + String(repeating: " ", count: max(0, 10 - size.count)) + size
    }.joined(separator: "\n")
  }

  var json: JSONTree {
    .object((parts.map { ($0.key, $0.bytes) } + [("total", total)]).map { JSONTree.Member($0.0, .integer($0.1)) })
  }

  /// What to say where the machine has less; `nil`: it has enough, or does not say.
  ///
  /// - Parameter available: Free bytes, the base's taken off already.
  func warning(available: Int) -> String? {
    let wanted = experts + keysAndValues + requests
    guard available > 0, wanted > available else { return nil }
    return
      "\(ByteCount(bytes: wanted)) may be taken beside the base, and this machine has \(ByteCount(bytes: available)) free. Give a smaller"
      + " --kv-memory or --expert-memory, or the system may end the server under load."
  }
}
