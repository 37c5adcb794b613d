import ArgumentParser
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Runs
import Streams
import Torch

extension RunConfiguration {
  /// The options of `accrete train` that make this configuration: every one spelled out, so that they mean the same when a
  /// default has changed. An embedded base is named, as its path is another on every machine.
  ///
  /// - Parameter folder: What paths are written relative to; `nil`: they are absolute.
  /// - Throws: A defect, if the options would be read as another configuration.
  func arguments(pathsFrom folder: URL? = nil) throws -> [String] {
    let base = EmbeddedResources.argument(for: base)
    var named = folder.map(portable) ?? self
    if base != self.base { named.base = base }
    let result = named.settingArguments()
    // A property without a setting would be lost in silence.
    guard try RunOptions.parse(result).configuration().withoutFolders == withoutFolders else {
      throw RunError.invalidConfiguration(
        key: "options", got: result.joined(separator: " "),
        allowed: "options that say the whole configuration (a defect of accrete: please report it)")
    }
    return result
  }
}

/// Arguments as a shell reads them. One with a line end, or anything else that cannot be seen, is written as bash and zsh have it, $'…': all of
/// it stands on one line then, and a message may show it.
func shellWords(_ arguments: [String]) -> String {
  arguments.map { word in
    guard word.printable == word else { return "$'\(word.unicodeScalars.map(escapedForShell).joined())'" }
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "+"),
        UInt8(ascii: "@"):
        true
      default: false
      }
    }
    return plain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }.joined(separator: " ")
}

/// A character between $' and '.
private func escapedForShell(_ scalar: Unicode.Scalar) -> String {
  switch scalar {
  case "\n": return "\\n"
  case "\t": return "\\t"
  case "\r": return "\\r"
  case "\\", "'": return "\\\(scalar)"
  default:
    guard String(scalar).printable != String(scalar) else { return String(scalar) }
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
