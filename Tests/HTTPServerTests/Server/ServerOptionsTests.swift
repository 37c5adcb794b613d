import Files
import Foundation
import TestSupport
import Testing

@testable import HTTPServer

/// Does a server listen where it was told, and nowhere that lets anybody in?
@Suite struct ServerOptionsTests {
  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1:8080", true), ("localhost:0", "localhost:0", true),
    ("127.9.9.9:1", "127.9.9.9:1", true),
    ("[::1]:8080", "[::1]:8080", true), ("0.0.0.0:80", "0.0.0.0:80", false), ("[::]:80", "[::]:80", false),
    ("example.org:65535", "example.org:65535", false), ("unix:/run/a.sock", "unix:/run/a.sock", true),
  ])
  func addresses(_ text: String, _ written: String, _ isLocal: Bool) throws {
    let address = try ListenAddress(text, option: "--listen")
    #expect("\(address)" == written && address.isLocal == isLocal)
  }

  @Test(arguments: [
    "", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:8e1",
    "::1:8080",
    "127.0.0.1:99999999999999999999", "unix:", "a b:1", "h\u{0}:1", "unix:/\(String(repeating: "x", count: 200))",
  ])
  func whatIsNoAddress(_ text: String) {
    #expect(throws: ServerError.self) { try ListenAddress(text, option: "--listen") }
  }

  @Test func anOpenAddressNeedsKeysAndTLS() throws {
    func problem(_ change: (inout ServerOptions) -> Void) -> ServerError? {
      var options = ServerOptions(version: "")
      change(&options)
      do { try options.validate() } catch { return error as? ServerError }
      return nil
    }
    let open = ListenAddress.host("0.0.0.0", port: 8080)
    let files = ServerOptions.TLSFiles(certificates: URL(fileURLWithPath: "/c"), key: URL(fileURLWithPath: "/k"))
    #expect(problem { _ in } == nil)
    guard case .exposed("--listen", _, let missing)? = problem({ $0.listen = open }) else {
      Issue.record("it was let through")
      return
    }
    #expect(missing.count == 2)
    #expect(problem { ($0.listen, $0.requiresKeys) = (open, true) } != nil)
    #expect(problem { ($0.listen, $0.tls) = (open, files) } != nil)
    #expect(problem { ($0.adminListen, $0.tls) = (open, files) } != nil)
    #expect(problem { ($0.listen, $0.requiresKeys, $0.tls) = (open, true, files) } == nil)
    #expect(problem { ($0.listen, $0.requiresKeys, $0.isBehindProxy) = (open, true, true) } == nil)
    #expect(problem { $0.adminListen = $0.listen } != nil)
    #expect(problem { $0.drainTimeout = .seconds(-1) } != nil)
    #expect(problem { $0.defaultMaxTokens = 0 } != nil)
  }

  @Test func filesThatAreNoCertificates() throws {
    let scratch = try Scratch()
    let text = try scratch.write("no certificate", to: "a.pem")
    for (certificates, key) in [(text, text), (scratch.url("missing.pem"), text), (scratch.url, text)] {
      #expect(throws: ServerError.self) {
        try ServerTransport.configuration(of: ServerOptions.TLSFiles(certificates: certificates, key: key))
      }
    }
  }

  @Test func readinessSaysWhyNot() {
    func reasons(
      _ phase: DrainState.Phase = .serving, registry: String? = nil, silence: Duration = .zero, disk: Double? = 0.5
    ) -> [String] {
      Readiness(drain: phase, registry: registry, heartbeat: silence, disk: disk).reasons
    }
    #expect(reasons().isEmpty && reasons(disk: nil).isEmpty && reasons(disk: 0.05).isEmpty)
    #expect(reasons(disk: 0.049).count == 1 && reasons(.announced).count == 1)
    #expect(reasons(silence: .seconds(10)).isEmpty && reasons(silence: .seconds(11)).count == 1)
    #expect(reasons(.draining, registry: "gone", silence: .seconds(60), disk: 0).count == 4)
  }

  @Test func arrivalsAreOverTheLastTenSeconds() {
    let (rate, start) = (ArrivalRate(), ContinuousClock.now)
    for second in 0..<20 { for _ in 0..<5 { rate.note(at: start + .seconds(second)) } }
    #expect(rate.perSecond(at: start + .seconds(19)) == 5)
    #expect(rate.perSecond(at: start + .seconds(1_000_000)) == 0)
  }
}
