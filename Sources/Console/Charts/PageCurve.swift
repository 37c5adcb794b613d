/// Lines over a common axis, such as an E-value over the pairs that it was computed from.
public struct PageCurve: Sendable, Equatable {
  /// A point of a line.
  public struct Point: Sendable, Equatable {
    /// Along the axis.
    public var x: Double
    /// The value there.
    public var y: Double
    /// Where the interval of the value begins; `nil`: it has none.
    public var low: Double? = nil
    /// Where it ends.
    public var high: Double? = nil

    /// A point of a line.
    ///
    /// - Parameters:
    ///   - x: Along the axis.
    ///   - y: The value there.
    ///   - low: Where the interval of the value begins; `nil`: it has none.
    ///   - high: Where it ends.
    public init(x: Double, y: Double, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  /// A line.
  public struct Line: Sendable, Equatable {
    /// What it is of.
    public var name: String
    /// In ascending order of `x`.
    public var points: [Point]

    /// A line.
    ///
    /// - Parameters:
    ///   - name: What it is of.
    ///   - points: In ascending order of `x`.
    public init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A level that means something when a line reaches it.
  public struct Bound: Sendable, Equatable {
    /// The level.
    public var y: Double
    /// What it means.
    public var name: String

    /// A level that means something.
    ///
    /// - Parameters:
    ///   - y: The level.
    ///   - name: What it means.
    public init(y: Double, name: String) {
      self.y = y
      self.name = name
    }
  }

  /// What is drawn.
  public var title: String
  /// What the horizontal axis counts.
  public var xTitle: String
  /// The lines, at most eight.
  public var lines: [Line]
  /// Levels.
  public var bounds: [Bound] = []
  /// Whether equal distances upwards are equal factors.
  public var isLogarithmic: Bool = false

  /// Lines over a common axis.
  ///
  /// - Parameters:
  ///   - title: What is drawn.
  ///   - xTitle: What the horizontal axis counts.
  ///   - lines: The lines, at most eight.
  ///   - bounds: Levels.
  ///   - isLogarithmic: Whether equal distances upwards are equal factors.
  public init(title: String, xTitle: String, lines: [Line], bounds: [Bound] = [], isLogarithmic: Bool = false) {
    self.title = title
    self.xTitle = xTitle
    self.lines = lines
    self.bounds = bounds
    self.isLogarithmic = isLogarithmic
  }
}
