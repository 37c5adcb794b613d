import Files
import Foundation
import Testing

@testable import Review

@Suite struct CoinTossTests {
  private let key = CoinKey(Data(repeating: 7, count: 32))

  private func item(_ number: Int) -> Digest { Digest(of: Data("item \(number)".utf8)) }

  @Test func theShareIsWhatWasAskedFor() {
    let (count, share) = (20_000, 0.1)
    let drawn = (0..<count).filter { key.toss(item($0), task: "spam", month: "2026-11").value < share }.count
    let error = (Double(count) * share * (1 - share)).squareRoot()
    #expect(abs(Double(drawn) - Double(count) * share) <= 3 * error, "\(drawn) of \(count)")
  }

  @Test func aReplayRepeatsItAndNothingElseDoes() {
    let toss = key.toss(item(1), task: "spam", month: "2026-11")
    #expect(toss == key.toss(item(1), task: "spam", month: "2026-11"))
    #expect(toss.value != key.toss(item(1), task: "spam", month: "2026-12").value)
    #expect(toss.value != key.toss(item(1), task: "abuse", month: "2026-11").value)
    #expect(toss.value != key.toss(item(2), task: "spam", month: "2026-11").value)
    #expect(toss.value != CoinKey(Data(repeating: 8, count: 32)).toss(item(1), task: "spam", month: "2026-11").value)
  }

  @Test func monthsAreThoseOfUTC() {
    #expect(CoinKeys.month(Date(timeIntervalSince1970: 1_796_083_199)) == "2026-11")
    #expect(CoinKeys.month(Date(timeIntervalSince1970: 1_796_083_200)) == "2026-12")
  }
}
