/// What an expression is worth.
///
/// Nothing that a template makes can be changed later, with three exceptions that live in the ``Interpreter`` and are named
/// here by their numbers: namespaces, iterators and loops. So no value can hold itself, and how deep values are nested is known
/// (``depth``) and limited.
enum Value: Sendable {
  case undefined(Missing)
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case text(Text)
  /// Text that the filter `safe` or `escape` marked: what is added to it is escaped.
  case markup(Text)
  case list(Elements)
  case tuple(Elements)
  case dict(Dict)
  case view(View)
  case range(Range)
  case namespace(Int)
  case iterator(Int)
  case loop(Int)
  case macro(Int)
  case function(GlobalFunction)
  indirect case method(Value, String)

  /// What was looked for and is not there.
  enum Missing: Sendable {
    case name(String)
    case attribute(String, of: String)
    case item(of: String)
    case hint(String)

    var description: String {
      switch self {
      case .name(let name): "`\(name.prefix(60))` is not defined"
      case .attribute(let name, let type): "\(type) has no `\(name.prefix(60))`"
      case .item(let type): "\(type) has no such element"
      case .hint(let hint): hint
      }
    }
  }

  /// What a dict's `keys()`, `values()` and `items()` give.
  struct View: Sendable {
    let kind: String
    let elements: Elements
  }

  static let empty = Value.text("")

  /// As error messages name it.
  var typeName: String {
    switch self {
    case .undefined: "something undefined"
    case .none: "None"
    case .boolean: "a truth value"
    case .integer: "a whole number"
    case .float: "a number"
    case .text, .markup: "a text"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dict: "a dict"
    case .view: "a view of a dict"
    case .range: "a range"
    case .namespace: "a namespace"
    case .iterator: "an iterator"
    case .loop: "a loop"
    case .macro: "a macro"
    case .function: "a function"
    case .method: "a method"
    }
  }

  /// Its text, marked or not.
  var asText: Text? {
    switch self {
    case .text(let text), .markup(let text): text
    default: nil
    }
  }

  /// How deep lists and dicts are nested in it.
  var depth: Int {
    switch self {
    case .list(let elements), .tuple(let elements): elements.depth
    case .view(let view): view.elements.depth
    case .dict(let dict): dict.depth
    case .method(let receiver, _): receiver.depth + 1
    default: 0
    }
  }

  var isDefined: Bool { if case .undefined = self { false } else { true } }
}
