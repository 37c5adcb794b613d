import Foundation
import Testing

@testable import Markup

/// Can everybody read the pages?
@Suite struct PageStyleTests {
  /// The colours of a theme by name, from the text of the style sheet.
  private func colors(dark: Bool) throws -> [String: (Double, Double, Double)] {
    let parts = PageStyle.colors.description.split(separator: "@media (prefers-color-scheme: dark)")
    try #require(parts.count == 2)
    var colors: [String: (Double, Double, Double)] = [:]
    for match in parts[dark ? 1 : 0].matches(of: #/--([a-z0-9-]+): #([0-9a-f]{6});/#) {
      let value = try #require(Int(match.2, radix: 16))
      colors[String(match.1)] = (Double(value >> 16), Double(value >> 8 & 255), Double(value & 255))
    }
    return colors
  }

  /// Relative luminance as WCAG 2 has it.
  private func luminance(_ color: (Double, Double, Double)) -> Double {
    func linear(_ value: Double) -> Double {
      let share = value / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
  }

  private func contrast(_ one: (Double, Double, Double), _ other: (Double, Double, Double)) -> Double {
    let (first, second) = (luminance(one), luminance(other))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  @Test(arguments: [false, true])
  func contrast(dark: Bool) throws {
    let colors = try colors(dark: dark)
    let texts = [
      ("ink", ["page", "surface", "good", "warn"]), ("muted", ["page", "surface"]), ("accent", ["page", "surface"]),
      // The words of a button.
      ("surface", ["accent"]),
    ]
    for (text, grounds) in texts {
      for ground in grounds {
        let ratio = contrast(try #require(colors[text]), try #require(colors[ground]))
        #expect(ratio >= 4.5, "\(text) on \(ground): \(ratio)")
      }
    }
    // What is not text: borders of fields and bars.
    for line in ["strong", "accent"] {
      let ratio = contrast(try #require(colors[line]), try #require(colors["surface"]))
      #expect(ratio >= 3, "\(line): \(ratio)")
    }
  }
}
