import Testing

/// Does the reader of the other tests refuse what the format does not allow? Otherwise they would show nothing.
@Suite struct PrometheusPageTests {
  private static let good =
    "# HELP a_total What\\nit \\\\ is.\n# TYPE a_total counter\na_total{b=\"c\\\"d\\\\\\ne\"} 3\na_total 1.5e-07\n"
  private static let histogram = """
    # HELP h Sizes.
    # TYPE h histogram
    h_bucket{le="1"} 1
    h_bucket{le="+Inf"} 3
    h_sum 7
    h_count 3

    """

  @Test func whatIsAllowed() throws {
    let page = try PrometheusPage(Array(Self.good.utf8))
    #expect(page.metrics["a_total"]?.help == "What\nit \\ is.")
    #expect(page.value("a_total", ["b": "c\"d\\\ne"]) == 3 && page.lines == 2)
    #expect(try PrometheusPage(Array(Self.histogram.utf8)).value("h_count") == 3)
    #expect(try PrometheusPage([]).lines == 0)
  }

  @Test(
    arguments: [
      String(good.dropLast()), "a_total 1\n", good + good, good + "b_total 1\n", "# TYPE a counter\na 1\n",
      "# HELP a \\x\n# TYPE a gauge\na 1\n", "# HELP a b\n# TYPE a gauge\na{b=\"\\t\"} 1\n",
      "# HELP a b\n# TYPE a gauge\na{b=\"c} 1\n", "# HELP a b\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n",
      "# HELP a b\n# TYPE a gauge\na{1b=\"c\"} 1\n", "# HELP a b\n# TYPE a gauge\na{b=\"c\"}\n",
      "# HELP a b\n# TYPE a gauge\na one\n",
      "# HELP a b\n# TYPE a gauge\na 1\na 2\n", "# HELP a b\n# TYPE a gauge\n1a 1\n",
      "# HELP a b\n# TYPE a thing\na 1\n", "# HELP a b\n",
      "# HELP a b\n# TYPE a gauge\n\na 1\n", "# HELP a b\n# TYPE a counter\na -1\n",
      "# HELP a b\n# TYPE a gauge\na 1 \n",
      histogram.replacing("h_count 3", with: "h_count 2"), histogram.replacing("\"1\"} 1", with: "\"1\"} 4"),
      histogram.replacing("+Inf", with: "2"), histogram.replacing("h_sum 7\n", with: ""),
      histogram.replacing("h_sum 7", with: "h 7"),
    ])
  func whatIsNot(text: String) {
    #expect(throws: PrometheusPage.Failure.self) { try PrometheusPage(Array(text.utf8)) }
  }
}
