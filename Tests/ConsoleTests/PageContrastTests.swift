import Foundation
import Testing

@testable import Console

/// Can everybody read what is coloured, light and dark?
@Suite struct PageContrastTests {
  private typealias Color = (red: Double, green: Double, blue: Double)

  /// The colours of a theme by name, from the style sheet as it is served.
  private func colors(dark: Bool) throws -> [String: Color] {
    let text = String(decoding: PageAssets.styleSheet, as: UTF8.self)
    var colors: [String: Color] = [:]
    var isDark = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("@media") { isDark = line.contains("prefers-color-scheme: dark") }
      if line.hasPrefix("}") { isDark = false }
      // A colour that the dark theme does not change is that of the light one.
      guard dark || !isDark else { continue }
      for match in line.matches(of: #/--([a-z0-9-]+): #([0-9a-f]{6});/#) {
        let value = try #require(Int(match.2, radix: 16))
        colors[String(match.1)] = (Double(value >> 16), Double(value >> 8 & 255), Double(value & 255))
      }
    }
    return colors
  }

  /// Relative luminance as WCAG 2 has it.
  private func luminance(_ color: Color) -> Double {
    func linear(_ value: Double) -> Double {
      let share = value / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
  }

  private func contrast(_ one: Color, _ other: Color) -> Double {
    let (first, second) = (luminance(one), luminance(other))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  @Test(arguments: [false, true])
  func texts(dark: Bool) throws {
    let colors = try colors(dark: dark)
    #expect(colors.count >= 25)
    let pairs = [
      ("ink", ["page", "surface", "good", "warn", "bad", "quiet"]), ("muted", ["page", "surface", "quiet"]),
      ("accent", ["page", "surface", "quiet"]), ("stop", ["page", "surface"]), ("wait", ["page", "surface"]),
      ("done", ["page", "surface"]), ("surface", ["accent", "press", "stop"]),
    ]
    for (text, grounds) in pairs {
      for ground in grounds {
        let ratio = contrast(try #require(colors[text]), try #require(colors[ground]))
        #expect(ratio >= 4.5, "\(text) on \(ground), dark: \(dark): \(ratio)")
      }
    }
  }

  /// Borders of what can be pressed, the mark of the focus, lines of curves.
  @Test(arguments: [false, true])
  func lines(dark: Bool) throws {
    let colors = try colors(dark: dark)
    for line in ["strong", "accent", "bad-line"] + (0..<8).map({ "s\($0)" }) {
      for ground in ["surface", "page"] {
        let ratio = contrast(try #require(colors[line]), try #require(colors[ground]))
        #expect(ratio >= 3, "\(line) on \(ground), dark: \(dark): \(ratio)")
      }
    }
  }
}
