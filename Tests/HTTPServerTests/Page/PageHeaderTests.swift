import HTTPTypes
import Testing

@testable import HTTPServer

/// Do the headers of the page keep everything away that is not its own?
@Suite struct PageHeaderTests {
  @Test func headers() {
    let fields = PageHeaders.all
    #expect(
      fields[.contentSecurityPolicy]
        == "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    let lines = Set(fields.map { "\($0.name.canonicalName): \($0.value)" })
    #expect(
      lines.isSuperset(of: [
        "referrer-policy: no-referrer", "x-content-type-options: nosniff", "cache-control: no-store",
      ]))
    #expect(fields.count == 4)
  }
}
