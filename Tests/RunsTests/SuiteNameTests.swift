import Runs
import Streams
import Testing

@testable import Records

/// Is every suite that has a name found under it, and refused without its folder?
@Suite struct SuiteNameTests {
  @Test(arguments: RunConfiguration.Source.suites.filter { $0 != "files" })
  func found(name: String) throws {
    var source = RunConfiguration.Source()
    source.suite = name
    let error = #expect(throws: RunError.self) { _ = try source.taskSuite() }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("`data` is missing; allowed: the folder with "))
    source.data = "/nowhere"
    let suite = try source.taskSuite()
    #expect(suite.name == name && suite.orders.count >= 2)
    for order in suite.orders { #expect(Set(try suite.taskNames(order: order)).count >= 3) }
  }
}
