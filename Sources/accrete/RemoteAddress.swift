import Files
import Foundation

/// Addresses of the net in the place of paths: nothing is fetched, and what they may hold of a password or token is not printed.
enum RemoteAddress {
  private static let schemes = ["https", "http", "ftp", "s3", "gs", "hf"]
  /// Options whose values are texts, in which an address is a text like any other.
  private static let texts = ["--text", "--prompt"]

  /// What is said in place of an error that is about an address; `nil`: it is about none.
  ///
  /// - Parameters:
  ///   - error: The error's text.
  ///   - arguments: Of the command line.
  static func refusal(_ error: String, _ arguments: [String]) -> String? {
    for (position, argument) in arguments.enumerated() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      let isAssigned = argument.hasPrefix("--") && parts.count == 2
      let option = isAssigned ? parts[0] : position > 0 ? arguments[position - 1] : ""
      let value = isAssigned ? parts[1] : argument
      guard !texts.contains(option), let scheme = schemes.first(where: { value.lowercased().hasPrefix("\($0)://") })
      else { continue }
      let rest = value.dropFirst(scheme.count + "://".count)
      let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      // A path loses one of two slashes.
      let written = value.prefix(scheme.count)
      guard !host.isEmpty, error.contains("\(written)://\(host)") || error.contains("\(written):/\(host)") else {
        continue
      }
      return
        "\(shown(scheme, rest)): expected a path on this machine, got an address: nothing is fetched from the net. Fetch it first"
        + " (`hf download ORG/NAME` for a model of Hugging Face's hub, `curl -LO ADDRESS` for a file), and name what that wrote."
    }
    return nil
  }

  /// The address without user, password and query.
  private static func shown(_ scheme: String, _ rest: Substring) -> String {
    let plain = rest.prefix { $0 != "?" && $0 != "#" }
    // A password that was not encoded may have any sign: whatever stands before the last @ goes.
    let location = plain.split(separator: "@", omittingEmptySubsequences: false).last ?? plain
    return "\(scheme)://\(location)".printable
  }
}
