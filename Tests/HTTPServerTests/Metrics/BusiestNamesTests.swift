import Testing

@testable import HTTPServer

/// Do the names that are used most have the places?
@Suite struct BusiestNamesTests {
  @Test func theFirstOnesHaveAPlaceEach() {
    var names = BusiestNames<Int>(places: 3)
    let uses = (0..<10).map { names.use($0) }
    #expect(uses.map(\.hasPlace) == Array(repeating: true, count: 3) + Array(repeating: false, count: 7))
    #expect(uses.allSatisfy { $0.replaced == nil })
    let placed = (0..<10).filter { names.hasPlace($0) }
    #expect(placed == [0, 1, 2])
  }

  @Test func whoIsUsedMoreTakesThePlaceOfTheLeastUsed() {
    var names = BusiestNames<String>(places: 2)
    for _ in 0..<5 { _ = names.use("busy") }
    _ = names.use("idle")
    let uses = (0..<20).map { _ in names.use("new") }
    #expect(uses.compactMap(\.replaced) == ["idle"])
    #expect(uses.first?.hasPlace == false && uses.last?.hasPlace == true)
    #expect(names.hasPlace("busy") && names.hasPlace("new") && !names.hasPlace("idle"))
  }

  @Test func namesThatAreUsedAlikeKeepTheirPlaces() {
    var names = BusiestNames<Int>(places: 2)
    let changes = (0..<30_000).filter { names.use($0 % 3).replaced != nil }.count
    #expect(changes == 0)
  }

  @Test func whatWasLongAgoCountsLess() {
    var names = BusiestNames<String>(places: 1)
    for _ in 0..<90_000 { _ = names.use("old") }
    for _ in 0..<100_000 { _ = names.use("new") }
    #expect(names.hasPlace("new"))
  }

  @Test func anyNumberOfNames() {
    var names = BusiestNames<Int>(places: 10)
    for name in 0..<50_000 { _ = names.use(name) }
    let placed = (0..<50_000).filter { names.hasPlace($0) }
    #expect(placed.count == 10)
    var none = BusiestNames<Int>(places: 0)
    let uses = (0..<100).map { none.use($0 % 2) }
    #expect(uses.allSatisfy { !$0.hasPlace && $0.replaced == nil })
  }
}
