import Crypto
import Files
public import Foundation

/// Signs webhooks, so that a receiver knows who has sent them and when.
public struct WebhookSignature: Sendable {
  /// The header that has the signature.
  public static let header = "x-accrete-signature"

  private let key: SymmetricKey

  /// Takes a secret that the receiver knows, too.
  ///
  /// - Parameter secret: Its bytes.
  public init(secret: Data) { key = SymmetricKey(data: secret) }

  /// The header's value: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>">`, hexadecimal.
  ///
  /// - Parameters:
  ///   - body: What is sent.
  ///   - seconds: When, in seconds since 1970.
  public func value(_ body: Data, at seconds: Int) -> String {
    var code = HMAC<SHA256>(key: key)
    code.update(data: Data("\(seconds).".utf8))
    code.update(data: body)
    let digits = code.finalize().withUnsafeBytes { Hexadecimal.text($0) }
    return "t=\(seconds),v1=\(digits)"
  }
}
