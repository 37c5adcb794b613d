public import Files

/// Why a server does not start.
public enum ServerError: AccreteError, Equatable {
  /// Not an address to listen at.
  case address(option: String, got: String, reason: String)
  /// Anyone on the network could use it.
  case exposed(option: String, address: String, missing: [String])
  /// A certificate without its key, or the other way round.
  case halfOfTLS(given: String, missing: String)
  /// A certificate or a key that cannot be used.
  case certificate(option: String, path: String, reason: String)
  /// Somebody else listens there, or nobody may.
  case cannotListen(address: String, reason: String)
  /// Keys are asked for, and there is none: nobody could use it.
  case noKeys(registry: String)
  /// An option outside of its range.
  case option(name: String, got: String, expected: String)
  /// The base does not compute what it should.
  case selfTest(reason: String)

  public var category: ErrorCategory {
    switch self {
    case .address, .exposed, .halfOfTLS, .option: .usage
    case .noKeys: .notFound
    case .certificate: .data
    case .cannotListen: .inputOutput
    case .selfTest: .internal
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .address(let option, let got, let reason):
      "\(option): expected HOST:PORT, [IPv6]:PORT or unix:PATH, got \(got.printable.debugDescription): \(reason)."
    case .exposed(let option, let address, let missing):
      "\(option) \(address.printable): other machines can reach this address, so it needs \(missing.joined(separator: " and "))."
        + " Add \(missing.count == 1 ? "it" : "them"), or listen at 127.0.0.1."
    case .halfOfTLS(let given, let missing): "\(given) is given without \(missing): TLS needs both. Add \(missing)."
    case .certificate(let option, let path, let reason):
      "\(option) \(path.printable): \(reason). Expected a file in PEM form that this program may read."
    case .cannotListen(let address, let reason):
      "\(address.printable): cannot listen there: \(reason). Stop what listens there, or choose another address."
    case .noKeys(let registry):
      "\(registry.printable): --keys asks for keys, and the registry has none, so nobody could use the server. Make one:"
        + " accrete keys create NAME --registry \(registry.printable)"
    case .option(let name, let got, let expected): "\(name): expected \(expected), got \(got.printable)."
    case .selfTest(let reason):
      "the self-test failed: \(reason). Nothing is served. `accrete registry verify` tells whether files have changed."
    }
  }
}
