import Files
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Review

/// Are webhooks signed, sent at least once, tried again for a day, and never sent inside?
@Suite struct WebhookTests {
  private final class Receiver: Sendable {
    let got = Mutex<[WebhookMessage]>([])
    let status = Mutex(200)
    let addresses = Mutex(["1.1.1.1"])

    func sender() -> WebhookSender {
      WebhookSender(
        rules: WebhookRules(hosts: ["hooks.example.com"]), signature: WebhookSignature(secret: Data("secret".utf8)),
        resolve: { _ in self.addresses.withLock { $0 } },
        post: { message in
          self.got.withLock { $0.append(message) }
          return self.status.withLock { $0 }
        })
    }
  }

  private func file(_ url: String = "https://hooks.example.com/x") throws -> DeskFile {
    let file = try DeskFile()
    _ = try file.submit("a")
    try file.change {
      try $0.execute(
        sql: "INSERT INTO webhook VALUES(1, 1, ?, '{\"id\":\"a\"}', 'waiting', ?, ?, 0, NULL)",
        arguments: [url, Int(file.now.timeIntervalSince1970), Int(file.now.timeIntervalSince1970)])
    }
    return file
  }

  private func row(_ file: DeskFile) throws -> (state: String, attempts: Int, problem: String?) {
    let row = try #require(
      try file.read { try Row.fetchOne($0, sql: "SELECT state, attempts, problem FROM webhook WHERE number = 1") })
    return (row[0], row[1], row[2])
  }

  /// The value is of Python's `hmac`.
  @Test func theSignature() {
    let signature = WebhookSignature(secret: Data("a secret of thirty-two bytes, yes".utf8))
    #expect(
      signature.value(Data("{\"id\":\"é\"}".utf8), at: 1_764_633_600)
        == "t=1764633600,v1=20575becde839e6e3b510e1db392e1578d634d29c9a1b85364f1543a73c3d899")
  }

  @Test func isSentOnce() async throws {
    let (file, receiver) = (try file(), Receiver())
    #expect(try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 1)
    #expect(try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 0)
    let message = try #require(receiver.got.withLock { $0 }.first)
    #expect(message.addresses == ["1.1.1.1"] && message.url.absoluteString == "https://hooks.example.com/x")
    #expect(String(decoding: message.body, as: UTF8.self) == #"{"id":"a"}"#)
    #expect(message.headers["x-accrete-delivery"] == "1")
    #expect(
      message.headers[WebhookSignature.header]
        == WebhookSignature(secret: Data("secret".utf8)).value(message.body, at: Int(file.now.timeIntervalSince1970)))
    #expect(try row(file).state == "sent")
  }

  @Test(arguments: [500, 404, 302])
  func isTriedForADay(_ status: Int) async throws {
    let (file, receiver) = (try file(), Receiver())
    receiver.status.withLock { $0 = status }
    let begin = file.now
    var times: [TimeInterval] = []
    while try row(file).state == "waiting", file.now < begin + 200_000 {
      let before = receiver.got.withLock { $0.count }
      #expect(try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 0)
      if receiver.got.withLock({ $0.count }) > before { times.append(file.now.timeIntervalSince(begin)) }
      let due = try file.read { try Int.fetchOne($0, sql: "SELECT due FROM webhook WHERE number = 1") ?? 0 }
      file.wait(max(1, Double(due) - file.now.timeIntervalSince1970))
    }
    #expect(times.prefix(5) == [0, 10, 40, 130, 400] && times.last == 86_400)
    let last = try row(file)
    #expect(last.state == "failed" && last.attempts == times.count && last.problem?.contains("\(status)") == true)
  }

  @Test func goesOnWhereItFailedBefore() async throws {
    let (file, receiver) = (try file(), Receiver())
    receiver.status.withLock { $0 = 503 }
    _ = try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks")
    receiver.status.withLock { $0 = 204 }
    #expect(try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 0)
    file.wait(10)
    #expect(try await file.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 1)
    let numbers = receiver.got.withLock { $0.map(\.number) }
    #expect(numbers == [1, 1])
  }

  @Test func isNeverSentInside() async throws {
    let receiver = Receiver()
    receiver.addresses.withLock { $0 = ["1.1.1.1", "::ffff:169.254.169.254"] }
    let inner = try file()
    #expect(try await inner.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 0)
    #expect(try row(inner).state == "failed" && row(inner).problem?.contains("169.254") == true)
    receiver.addresses.withLock { $0 = ["1.1.1.1"] }
    let other = try file("https://evil.example.org/x")
    #expect(try await other.desk.sendWebhooks(receiver.sender(), actor: "hooks") == 0)
    #expect(try row(other).state == "failed")
    #expect(receiver.got.withLock { $0.isEmpty })
  }
}
