/// What a text may be, as a machine over bytes with a stack: one of some texts, or JSON of a schema.
///
/// JSON is written in one way: members in the order of the schema, no white space but one space behind `:` and `,`, and keys and listed
/// values as ``JSONTree/json`` spells them. Strings are spelled in any way. Where forms of a choice begin alike, all of them are followed
/// until a byte tells them apart.
struct TextGrammar: Sendable {
  /// What a value may be.
  enum Form: Sendable {
    /// One of these texts; in JSON each is a value.
    case oneOf(SortedTexts)
    /// So many characters long.
    case string(CountBounds)
    case number(isInteger: Bool)
    /// A number of a range.
    case numberIn(NumberRange)
    /// A list of so many values of this form.
    case list(Int, CountBounds)
    case object(Members)
    /// An object with any keys, whose values are of this form.
    case freeObject(Int)
    /// Anything: a value of one of these forms, a string, or a number.
    case any(object: Int, list: Int, words: Int)
    /// A value of one of these forms, of which none is again such a choice.
    case anyOf([Int])
  }

  /// The members of an object.
  struct Members: Sendable {
    /// Each `"key":`.
    let keys: SortedTexts
    /// The form of each value.
    let values: [Int]
    /// By member, and behind the last one: the first from there that must be written; their number where none must.
    let required: [Int]

    /// - Parameter members: In the order in which they are written; `key` as JSON.
    init(_ members: [(key: [UInt8], value: Int, isRequired: Bool)]) {
      keys = SortedTexts(members.map { $0.key + [UInt8(ascii: ":")] })
      values = members.map(\.value)
      var required = [members.count]
      for index in members.indices.reversed() {
        required.append(members[index].isRequired ? index : required[required.count - 1])
      }
      self.required = required.reversed()
    }
  }

  /// Every other form is named by its place here.
  let forms: [Form]
  let root: Int
  /// Of each form: how many objects and lists the shallowest value needs, one in the other; more than ``deepest``: it has none.
  let heights: [Int]

  /// How many objects and lists may lie one in the other.
  static let deepest = 32

  init(_ forms: [Form], root: Int) {
    self.forms = forms
    self.root = root
    heights = Self.heights(of: forms)
  }

  /// Any JSON object.
  static let object = TextGrammar(
    [.freeObject(1), .any(object: 0, list: 2, words: 3), .list(1, .any), .oneOf(words("null", "true", "false"))],
    root: 0)

  /// Texts that are written as they stand here.
  static func words(_ texts: String...) -> SortedTexts { SortedTexts(texts.map { Array($0.utf8) }) }

  private static func heights(of forms: [Form]) -> [Int] {
    var heights = [Int](repeating: deepest + 1, count: forms.count)
    func height(_ form: Form) -> Int {
      switch form {
      case .oneOf, .string, .number, .numberIn, .any: 0
      case .list(let value, let count) where count.least > 0: min(heights[value], deepest) + 1
      case .list, .freeObject: 1
      case .anyOf(let forms): forms.map { heights[$0] }.min() ?? deepest + 1
      case .object(let members):
        members.values.indices.filter { members.required[$0] == $0 }
          .reduce(1) { max($0, min(heights[members.values[$1]], deepest) + 1) }
      }
    }
    // Each round makes the heights right that are one larger than those before.
    for _ in 0...deepest {
      for (index, form) in forms.enumerated() { heights[index] = height(form) }
    }
    return heights
  }
}
