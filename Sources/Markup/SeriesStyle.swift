/// How one line of a chart is told from the others, with and without colour: dash pattern and marker. Its colour is in the style
/// sheet under the same number.
public struct SeriesStyle: Sendable {
  /// How many there are; the next lines begin again.
  public static let count = 8

  /// `--series-N` of the style sheet.
  public let number: Int
  /// Lengths of dashes and gaps; `nil`: a solid line.
  public let dashes: String?
  /// The marker around (0, 0), as an SVG path.
  public let marker: String
  /// Whether the marker is filled.
  public let isFilled: Bool

  /// - Parameter series: Which line of a chart it is, from 0; a negative number is taken without its sign.
  public init(_ series: Int) {
    let series = Int(series.magnitude % UInt(Self.count * Self.count))
    number = series % Self.count
    dashes = Self.all[number].0
    // The second eight lines have the dashes and colours of the first, and the next marker.
    (_, marker, isFilled) = Self.all[(series + series / Self.count) % Self.count]
  }

  private static let all: [(String?, String, Bool)] = [
    (nil, "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z", true),
    ("7 4", "M-3.6,-3.6h7.2v7.2h-7.2z", false),
    ("2 3", "M0,-5L4.8,3.8H-4.8z", true),
    ("9 3 2 3", "M0,-5.2L5.2,0L0,5.2L-5.2,0z", false),
    ("13 4", "M0,5L4.8,-3.8H-4.8z", true),
    ("4 2 4 6", "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z", false),
    ("1 4", "M-4,-4L4,4M-4,4L4,-4", false),
    ("8 3 2 3 2 3", "M0,-5V5M-5,0H5", false),
  ]
}
