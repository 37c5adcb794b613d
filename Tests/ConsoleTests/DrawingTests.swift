import Foundation
import Testing

@testable import Console

/// Does a drawing show what its numbers say, and come out whatever they are?
@Suite struct DrawingTests {
  private func element(_ page: Data, _ name: String) throws -> [PageElement] {
    try PageElement.page(page).all(name).filter { $0["class"] == "drawing" }
  }

  private func expert(_ parents: [Int?]) -> ExpertContent {
    ExpertContent(
      task: "spam",
      versions: parents.enumerated().map { index, parent in
        ExpertContent.Row(
          number: index + 1, digest: SamplePage.digest("\(index)"), parent: parent, created: SamplePage.now)
      })
  }

  /// Where each box is, and that the lines between them go through no box.
  @Test func lineageGoesThroughNoBox() throws {
    let drawing = try #require(try element(SamplePage.page.expert(expert([nil, 1, 1, 2, 3, 1, nil])), "svg").first)
    let boxes = drawing.all("rect").compactMap { box -> (x: Double, y: Double, w: Double, h: Double)? in
      guard let x = box["x"].flatMap(Double.init), let y = box["y"].flatMap(Double.init),
        let w = box["width"].flatMap(Double.init), let h = box["height"].flatMap(Double.init)
      else { return nil }
      return (x, y, w, h)
    }
    #expect(boxes.count == 7)
    let lines = drawing.all("path").compactMap { $0["d"] }
    #expect(lines.count == 5)
    for line in lines {
      for point in try corners(of: line) {
        // Ends are on a box's edge, which is not inside.
        let inside = boxes.filter {
          point.x > $0.x + 1 && point.x < $0.x + $0.w - 1 && point.y > $0.y + 1 && point.y < $0.y + $0.h - 1
        }
        #expect(inside.isEmpty, "\(line)")
      }
    }
    #expect(
      drawing["aria-label"]?.contains("3 from 1") == true && drawing["aria-label"]?.contains("7 from the base") == true)
  }

  /// Points along a path of straight lines, 20 on each.
  private func corners(of path: String) throws -> [(x: Double, y: Double)] {
    var (points, x, y): ([(x: Double, y: Double)], Double, Double) = ([], 0, 0)
    for step in path.matches(of: #/([MHV])([0-9.,]+)/#) {
      let numbers = step.2.split(separator: ",").compactMap { Double($0) }
      let before = (x, y)
      switch step.1 {
      case "M":
        try #require(numbers.count == 2)
        (x, y) = (numbers[0], numbers[1])
        continue
      case "H": x = try #require(numbers.first)
      default: y = try #require(numbers.first)
      }
      for part in 0...20 {
        let share = Double(part) / 20
        points.append((before.0 + share * (x - before.0), before.1 + share * (y - before.1)))
      }
    }
    return points
  }

  /// Parents that are not there, of the future, or the version itself.
  @Test(arguments: [[5], [1], [nil, 3, 2], [2, 1], []] as [[Int?]])
  func parentsThatCannotBe(parents: [Int?]) throws {
    #expect(try element(SamplePage.page.expert(expert(parents)), "svg").count == (parents.isEmpty ? 0 : 1))
  }

  @Test func aLongHistoryShowsItsEnd() throws {
    let page = SamplePage.page.expert(expert((0..<300).map { $0 == 0 ? nil : $0 }))
    let drawing = try #require(try element(page, "svg").first)
    #expect(drawing.all("rect").count == 40 && String(decoding: page, as: UTF8.self).contains("The latest 40 of 300"))
  }

  private func job(_ curve: PageCurve) -> Data {
    var content = SamplePage.job()
    content.curves = [curve]
    return SamplePage.page.job(content)
  }

  @Test(arguments: [false, true])
  func curvesStayInTheirDrawing(isLogarithmic: Bool) throws {
    let values: [Double] = [0, -1, 1, 1e9, 1e-9, .infinity, -.infinity, .nan, .greatestFiniteMagnitude]
    for first in values {
      for second in values {
        let curve = PageCurve(
          title: "t", xTitle: "x",
          lines: [
            .init(
              name: "a", points: [.init(x: first, y: second, low: second, high: first), .init(x: second, y: first)])
          ], bounds: [.init(y: first, name: "bound")], isLogarithmic: isLogarithmic)
        let drawing = try #require(try element(job(curve), "svg").first)
        for path in drawing.all("path").compactMap({ $0["d"] }) {
          #expect(!path.contains("nan") && !path.contains("inf"), "\(first), \(second)")
          for number in path.matches(of: #/-?[0-9.]+/#).compactMap({ Double($0.0) }) {
            #expect((-1...1000).contains(number), "\(first), \(second): \(path)")
          }
        }
      }
    }
  }

  /// What is drawn is there as numbers, too.
  @Test func theNumbersOfACurve() throws {
    let curve = PageCurve(
      title: "Errors", xTitle: "hours",
      lines: [.init(name: "now", points: [.init(x: 1, y: 0.5, low: 0.25, high: 0.75), .init(x: 2, y: 4)])])
    let page = try PageElement.page(job(curve))
    let table = try #require(page.all("div").first { $0["aria-label"] == "Numbers of the drawing: Errors" })
    #expect(
      table.all("tbody").flatMap { $0.all("tr") }.map { $0.elements.map(\.text) } == [
        ["now", "1", "0.5", "0.25 to 0.75"], ["now", "2", "4", "–"],
      ])
  }

  @Test func aCurveWithoutPointsSaysSo() throws {
    let page = try PageElement.page(job(PageCurve(title: "Errors", xTitle: "x", lines: [.init(name: "a", points: [])])))
    #expect(page.text.contains("Errors: nothing yet."))
  }
}
