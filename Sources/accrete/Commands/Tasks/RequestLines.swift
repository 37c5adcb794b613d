import Files
import Foundation
import Registry
import Streams
import Tokenization

/// Lines that ask for answers, from a file or from standard input, in batches: what is there already is answered together.
struct RequestLines {
  /// Lines that are answered together, at most.
  static let most = 512

  /// Bytes of a table that comes through a pipe, at most: all of it is read.
  private static let mostOfTable = 1 << 30

  /// Bytes of one line, at most: as in files of rows.
  private static let longestLine = 16 << 20

  private let name: String
  private let descriptor: Int32
  private let file: RegularFile?
  private let columns: ColumnNames
  private let labelled: Bool
  private let takesText: Bool
  /// Whether a file begins with a byte order mark, as Excel writes it.
  let hasMark: Bool
  /// Of a file in another form than a JSON object on each line: what is not answered yet.
  private var waiting: ArraySlice<Result<RequestRow, RequestProblem>> = []
  /// The columns of a table.
  private(set) var tableColumns: [String] = []
  /// What separates them.
  private(set) var separator: UInt8?
  /// What was read: answered lines, then the rest.
  private var rest: [UInt8] = []
  /// Where the next line begins, and how far it was searched for its end.
  private var (start, searched) = (0, 0)
  private var line = 0
  private var isEnd = false
  /// Why a file cannot be read further, thrown after what stands before was answered.
  private var end: (any Error)?
  /// Whether a row could be read. A file that begins with one that cannot is of another form than it seems.
  private var hasBegun = false
  /// Whether nothing but blank lines came so far.
  private var isEmpty = true

  /// Rows that are answered together, with what is wrong with those between them.
  typealias Batch = [Result<RequestRow, RequestProblem>]

  /// - Parameter path: A file in any form of rows; `-` is standard input, with a JSON object on each line.
  /// - Parameter columns: Which of its fields stand for ours.
  /// - Parameter takesText: Whether the command takes a text by itself as --text.
  /// - Parameter labelled: Whether a row has to say what is right, too.
  /// - Parameter skips: Whether a row that cannot be read is told as one, even if it is the file's first.
  /// - Parameter registry: Where a task may be that was named where the file belongs; `nil`: none is named.
  init(
    _ path: String, columns: ColumnNames = ColumnNames(), takesText: Bool = false, labelled: Bool = false,
    skips: Bool = false, askedOf registry: Registry? = nil
  ) throws {
    guard !path.isEmpty else {
      throw StreamError.file(
        .init(file: "FILE", expected: "the path of a file", got: "an empty one", fix: "Name it; - is standard input."))
    }
    (self.columns, self.labelled, self.takesText, hasBegun) = (columns, labelled, takesText, skips)
    name = path == StandardInput.name ? StandardInput.title : path
    do {
      file = path == StandardInput.name ? nil : try RegularFile(URL(fileURLWithPath: absolute(path)))
    } catch FileError.notFound where takesText {
      throw StreamError.file(
        .init(
          file: path.printable, expected: "a file of texts", got: "no such file",
          fix:
            "Check the path; a text by itself is given with --text.\(registry?.hint(onTask: path, arguments: " FILE") ?? "")"
        ))
    }
    descriptor = file?.descriptor ?? STDIN_FILENO
    hasMark = try file.map { try RegularFile($0.url).next().starts(with: [0xEF, 0xBB, 0xBF]) } ?? false
    if let file {
      guard try RequestRow.needsAllOf(file.url) else { return }
      try take(RequestRow.read(file.url, columns: columns, labelled: labelled))
    } else {
      try read()
      guard RequestRow.isWhole(rest, columns: columns) else { return }
      while !isEnd { try read(upTo: Self.mostOfTable) }
      try take(RequestRow.read(Data(rest), as: name, columns: columns, labelled: labelled))
      rest = []
    }
  }

  private mutating func take(
    _ read: (rows: [Result<RequestRow, RequestProblem>], end: (any Error)?, separator: UInt8?)
  ) throws {
    separator = read.separator
    if read.rows.isEmpty, let end = read.end { throw end }
    // What is wrong with all of them is wrong with the file.
    let isRead = read.rows.contains { if case .success = $0 { true } else { false } }
    if !isRead, case .failure(let problem) = read.rows.first { throw problem.error }
    (waiting, end, isEnd, isEmpty) = (read.rows[...], read.end, true, read.rows.isEmpty)
    tableColumns = read.rows.lazy.compactMap { try? $0.get().columns }.first ?? []
  }

  /// The next lines; `nil` at the end. Blank lines are passed over.
  mutating func next() throws -> Batch? {
    if !waiting.isEmpty {
      defer { waiting = waiting.dropFirst(Self.most) }
      return Array(waiting.prefix(Self.most))
    }
    if let end { throw end }
    var batch = Batch()
    while batch.count < Self.most {
      if let bytes = takeLine() {
        line += 1
        guard bytes.contains(where: { $0 != 0x20 && !(0x09...0x0D).contains($0) }) else { continue }
        do {
          batch.append(.success(try RequestRow(bytes, line: line, file: name, columns: columns, labelled: labelled)))
          hasBegun = true
        } catch {
          guard hasBegun || file == nil else { throw file.flatMap { RequestRow.problem(ofWhole: $0.url) } ?? error }
          let wrong = Self.isObject(bytes) || file != nil ? error : notAnObject(line)
          batch.append(.failure(RequestProblem(line: line, error: wrong)))
        }
        continue
      }
      if isEnd { break }
      // Somebody may wait for the answer to what was sent: nothing more is waited for then.
      if !batch.isEmpty, file == nil, !hasMore { break }
      do {
        try read()
      } catch {
        // What came before is answered first.
        guard !batch.isEmpty else { throw error }
        end = error
        return batch
      }
    }
    guard batch.isEmpty, isEnd else {
      isEmpty = false
      return batch
    }
    guard !isEmpty else {
      let fix =
        file != nil
        ? "Check the program that wrote the file."
        : "Check the program that writes to it, or name a file\(takesText ? "; a text by itself is given with --text" : "")."
      throw StreamError.file(.init(file: name, expected: "at least one row", got: "none", fix: fix))
    }
    return nil
  }

  private static func isObject(_ line: Data) -> Bool {
    line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "{")
  }

  /// Somebody may send a table or an array, or a packed file.
  private func notAnObject(_ line: Int) -> StreamError {
    .json(
      .init(
        file: name, line: line, expected: "a JSON object on each line of standard input", got: "something else",
        fix:
          "Write {\"text\": …}, or give a table whose first line names the column text. Lines of plain text become rows by `jq -R '{text: .}'`; a text by itself is given to `predict` as --text."
      ))
  }

  private mutating func takeLine() -> Data? {
    guard let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = rest.endIndex
      guard isEnd, !rest.isEmpty else { return nil }
      defer { (rest, searched) = ([], 0) }
      return Data(rest[start...])
    }
    let bytes = Data(rest[start..<end])
    (start, searched) = (end + 1, end + 1)
    if start == rest.endIndex {
      rest.removeAll(keepingCapacity: true)
      (start, searched) = (0, 0)
    }
    return bytes
  }

  private mutating func read(upTo limit: Int = longestLine) throws {
    let piece = file == nil ? try StandardInput.piece() : try RegularFile.piece(of: descriptor, path: name)
    guard !piece.isEmpty else {
      isEnd = true
      if start == rest.endIndex { (rest, start, searched) = ([], 0, 0) }
      return
    }
    // Once for each piece, so that a long line is moved once and not searched again.
    if start > 0 {
      rest.removeFirst(start)
      (start, searched) = (0, searched - start)
    }
    guard rest.count <= limit else {
      throw FileError.tooLarge(path: "\(name), line \(line + 1)", bytes: rest.count, limit: limit)
    }
    rest += piece
  }

  /// Writes the answers to a batch. A row that cannot be answered, such as a word of megabytes, takes no other with it: its problem stands in
  /// its place.
  ///
  /// - Parameter body: Answers rows together, or says of each what is wrong with it.
  func write(
    _ batch: Batch, to writer: inout AnswerWriter, by body: ([RequestRow]) throws -> [Result<RowAnswer, any Error>]
  ) throws {
    let rows = batch.compactMap { try? $0.get() }
    var answers = zip(rows, try body(rows)).map { row, answer in
      answer.mapError { RequestProblem(row, error: located($0, line: row.line)) }
    }[...]
    for row in batch {
      let answer: Result<RowAnswer, RequestProblem>
      switch row {
      case .success: answer = answers.removeFirst()
      case .failure(let problem): answer = .failure(problem)
      }
      switch answer {
      case .success(let answer): try writer.write(answer)
      case .failure(let problem): try writer.write(problem)
      }
    }
  }

  /// What comes of each row where one may end the work on all of them: those that are left are worked on again.
  static func each<Value>(
    _ rows: [RequestRow], _ body: ([RequestRow]) throws -> [Value]
  ) throws -> [Result<Value, any Error>] {
    do {
      return try body(rows).map { .success($0) }
    } catch  where isOfOneRow(error) {
      guard rows.count > 1 else { return rows.map { _ in .failure(error) } }
      let middle = rows.count / 2
      return try each(Array(rows[..<middle]), body) + each(Array(rows[middle...]), body)
    }
  }

  private static func isOfOneRow(_ error: any Error) -> Bool {
    if case TokenizationError.unsplittable = error { true } else { error is StreamError }
  }

  /// What is wrong with the text of a line, with its location.
  func located(_ error: any Error, line: Int) -> any Error {
    var detail = (error as? StreamError)?.detail
    if case TokenizationError.unsplittable(_, _, let expected, let got) = error {
      detail = .init(
        file: name, expected: expected, got: got, fix: "Cut the text into shorter parts, and ask for each.")
    }
    return detail.map {
      StreamError.prompt(.init(file: name, line: line, expected: $0.expected, got: $0.got, fix: $0.fix))
    } ?? error
  }

  private var hasMore: Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, 0) > 0
  }
}
