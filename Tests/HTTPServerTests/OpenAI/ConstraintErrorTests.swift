import Files
import Generation
import Testing

@testable import HTTPServer

/// Does an error of a schema name its place in the request?
@Suite struct ConstraintErrorTests {
  @Test(arguments: [
    (ConstraintError.unsupportedKeyword("format", path: "#/properties/a~1b", known: []), ".properties.a/b.format"),
    (.unsupportedKeyword("oneOf", path: "#", known: []), ".oneOf"),
    (.invalidSchema(path: "#/anyOf/1/enum/0", expected: "x", got: "y"), ".anyOf[1].enum[0]"),
    (.invalidSchema(path: "#/properties/0/required/2", expected: "x", got: "y"), ".properties.0.required[2]"),
    (.schemaTooLarge(path: "#", what: "bytes", got: 2, limit: 1), ""), (.endless(levels: 32), ""),
    (.notSpellable("x"), ""),
  ])
  func theParamIsTheExactPlace(_ error: ConstraintError, _ place: String) {
    for field in ["response_format.json_schema.schema", "structured_outputs.json"] {
      let format = OutputFormat.jsonSchema(name: "n", schema: .boolean(true), field: field)
      let answer = APIError(error, of: format)
      #expect(answer.param == field + place && answer.code == .unsupportedParameter, "\(answer.param ?? "")")
    }
    #expect(APIError(.noTextTokens, of: .jsonObject).param == "response_format")
  }
}
