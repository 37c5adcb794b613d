import Files

/// What stands in the answers of `classify` and `route`, which are ours alone.
extension OpenAPIDocument {
  static let classified = whole(
    [
      ("model", ofType("string", "the version that answers, or auto")),
      (
        "results",
        .object(["type": .text("array"), "items": result, "description": .text("one for each text, in their order")])
      ),
    ],
    [
      ("usage", ofType("object", "how many tokens were read")),
      ("accrete", ofType("object", "which expert and release answered, and what was ignored")),
    ])

  static let routed = JSONTree.object([
    "type": .text("array"),
    "items": whole(
      route,
      [
        ("confidence", share("of the task among all tasks; left out where no task claims the text")),
        ("task", ofType("string", "the task that claims the text; left out where none does")), byInstruction,
      ],
      [
        (
          "model",
          .object([
            "type": .texts(["string", "null"]),
            "description": .text("the version that would answer; null where no task claims the text"),
          ])
        )
      ]),
    "description": .text("one for each text, in their order"),
  ])

  private static let result = whole(
    [
      ("task", ofType("string", "the task's name")), ("version", ofType("string", "its version, NAME@NUMBER")),
      (
        "probabilities",
        .object([
          "type": .text("array"),
          "description": .text("of every label, or of those in `labels` of the request; the most probable first"),
          "items": whole([("label", ofType("string")), ("p", share("how probable it is"))]),
        ])
      ),
      (
        "calibrated",
        ofType(
          "boolean",
          "whether the probabilities are known to be as frequent as they say"
        )
      ),
    ],
    [
      ("label", ofType("string", "the most probable one; of a task with several labels a text `labels` instead")),
      (
        "labels",
        .object([
          "type": .text("array"), "items": ofType("string"),
          "description": .text("those above their thresholds, perhaps none"),
        ])
      ),
      ("confidence", share("in the label")),
      (
        "routing",
        whole(route, [("task", ofType("string")), ("confidence", share("of the task among all tasks")), byInstruction])
      ),
      ("droppedTokens", ofType("integer", "tokens of the text's beginning that were not read")),
    ])

  private static let route: [(String, JSONTree)] = [
    (
      "distance",
      .object([
        "type": .text("number"),
        "description": .text(
          "from the nearest task; the router's own measure, from which it tells whether a task claims the text"),
      ])
    ),
    ("nearest", ofType("string", "the task that is nearest, whether it claims the text or not")),
    ("unknown", ofType("boolean", "whether no task claims the text")),
  ]

  private static let byInstruction = (
    "byInstruction", ofType("boolean", "whether the instruction that the request came with decided")
  )

  // MARK: Forms

  private static func ofType(_ name: String, _ description: String? = nil) -> JSONTree {
    var form = JSONTree.object(["type": .text(name)])
    form["description"] = description.map { .text($0) }
    return form
  }

  private static func share(_ description: String) -> JSONTree {
    .object([
      "type": .text("number"), "minimum": .integer(0), "maximum": .integer(1), "description": .text(description),
    ])
  }

  /// An object that always has the first and the last members, and may have those between them.
  private static func whole(
    _ needed: [(String, JSONTree)], _ others: [(String, JSONTree)] = [], _ more: [(String, JSONTree)] = []
  ) -> JSONTree {
    .object([
      "type": .text("object"), "required": .texts((needed + more).map(\.0)),
      "properties": .object((needed + others + more).map { JSONTree.Member($0.0, $0.1) }),
    ])
  }
}
