import Files

/// The JSON of a request.
enum RequestBody {
  /// - Parameters:
  ///   - request: What is asked.
  ///   - server: Its form, and how it calls base and adapters.
  ///   - prompt: The text.
  ///   - ignoresEnd: Whether the answer goes on behind end tokens.
  static func json(_ request: Workload.Request, for server: Server, prompt: String, ignoresEnd: Bool) -> [UInt8] {
    let adapter = request.adapter.flatMap { server.adapters.indices.contains($0) ? $0 : nil }
    var members: [JSONTree.Member] = []
    let name = server.style == .model ? adapter.map { server.adapters[$0] } ?? server.baseModel : server.baseModel
    if let name { members.append(.init("model", .text(name))) }
    switch server.endpoint {
    case .completions: members.append(.init("prompt", .text(prompt)))
    case .chat:
      let message = JSONTree.object(["role": .text("user"), "content": .text(prompt)])
      members.append(.init("messages", .list([message])))
    }
    let rest: [JSONTree.Member] = [
      .init("max_tokens", .integer(request.maxTokens)), .init("temperature", .integer(0)),
      .init("stream", .boolean(true)),
      .init("stream_options", .object(["include_usage": .boolean(true)])),
    ]
    members += rest
    if ignoresEnd { members.append(.init("ignore_eos", .boolean(true))) }
    if server.style == .llama {
      // An empty list is "no adapter", whatever the server's default is.
      var list: [JSONTree] = []
      if let adapter { list.append(.object(["id": .integer(number(of: adapter, server)), "scale": .number(1)])) }
      members.append(.init("lora", .list(list)))
    }
    return JSONTree.object(members).json
  }

  /// llama.cpp's number of an adapter: its name where that is a number, else its place.
  private static func number(of adapter: Int, _ server: Server) -> Int { Int(server.adapters[adapter]) ?? adapter }
}
