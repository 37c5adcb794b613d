import Markup

/// Lines over a common axis, before they are drawn. Each has a dash pattern and a marker of its own, and its name at its end.
struct LineChart: Equatable {
  struct Point: Equatable {
    var x: Double
    var y: Double
    /// From where to where the value may be.
    var range: ClosedRange<Double>?
    /// In words, for whoever points at it and for the table.
    var text: String
  }

  struct Series: Equatable {
    enum Kind: Equatable {
      /// A line through marked points.
      case measured
      /// Marked points alone.
      case points
      /// A line alone, within the band of its points' ranges.
      case curve
    }

    /// Empty: it belongs to another series, which says what it is.
    var name: String
    /// Colour, dash pattern and marker.
    var style: Int
    var points: [Point]
    var kind = Kind.measured
  }

  /// A vertical line with a name.
  struct Guide: Equatable {
    var x: Double
    var name: String
  }

  var title: String
  var caption: Phrase
  var xTitle: String
  var yTitle: String
  var series: [Series]
  var guides: [Guide] = []
  /// Whether x are whole numbers, each of which is worth a tick.
  var isCounted = true
  /// Whether the axis begins at zero, whatever the values.
  var fromZero = false
  var xScale = Axis.Scale.linear
  var yScale = Axis.Scale.linear
  /// The same numbers.
  var table: ReportTable

  /// The width at which a drawing is easy to read, in rem.
  static let width = 27.0
}
