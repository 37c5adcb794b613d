import Foundation
import Randomness
import Testing

/// The literal numbers come from `Scripts/reference/protocol_streams.py`, unless said otherwise.
@Suite struct RandomStreamTests {
  @Test func drawsOfAKeyedStream() {
    var stream = RandomStream(seed: 0, "order", "agnews", "2")
    let draws = (0..<4).map { _ in stream.next() }
    #expect(
      draws == [
        9_064_224_454_163_206_052, 6_094_256_754_015_774_494, 9_743_460_788_757_831_349, 10_311_123_712_853_000_213,
      ])
  }

  @Test func largestSeedAndAKeyBeyondASCII() {
    var stream = RandomStream(seed: .max, "größe")
    #expect([stream.next(), stream.next()] == [5_545_535_663_885_921_245, 16_802_382_898_938_725_688])
  }

  @Test func splitMix64AsPublished() throws {
    // The first outputs for state 1234567, as other implementations of SplitMix64 publish them.
    let start = Data(#"{"state":1234567}"#.utf8)
    var stream = try JSONDecoder().decode(RandomStream.self, from: start)
    let draws = (0..<5).map { _ in stream.next() }
    #expect(
      draws == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
      ])
  }

  @Test func below() {
    var stream = RandomStream(purposes: ["test", "agnews"])
    let draws = [10, 10, 10, 7, 1, Int.max, 1000].map { stream.below($0) }
    #expect(draws == [5, 0, 1, 2, 0, 182_648_727_271_952_211, 744])
  }

  @Test func belowNothingIsZeroAndDrawsNothing() {
    var stream = RandomStream(seed: 1, "x")
    let before = stream
    for n in [0, -1, Int.min] { #expect(stream.below(n) == 0) }
    #expect(stream == before)
  }

  @Test func shuffle() {
    var stream = RandomStream(seed: 1, "rows", "x")
    var rows = Array(0..<12)
    stream.shuffle(&rows)
    #expect(rows == [9, 11, 0, 4, 1, 5, 3, 6, 10, 7, 2, 8])
  }

  @Test func shufflingLessThanTwoDrawsNothing() {
    var stream = RandomStream(seed: 1, "x")
    let before = stream
    var none: [Int] = []
    var one = [7]
    stream.shuffle(&none)
    stream.shuffle(&one)
    #expect(none.isEmpty && one == [7] && stream == before)
  }

  @Test func listOfPurposesIsTheSameKey() {
    #expect(RandomStream(seed: 5, purposes: ["a", "b"]) == RandomStream(seed: 5, "a", "b"))
    #expect(RandomStream(purposes: ["5", "a"]) == RandomStream(seed: 5, "a"))
    #expect(RandomStream(seed: 5, "a", "b") != RandomStream(seed: 5, "b", "a"))
  }

  @Test func storedStreamGoesOn() throws {
    var stream = RandomStream(seed: .max, "größe")
    _ = stream.next()
    var stored = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(stream))
    #expect(stored.next() == 16_802_382_898_938_725_688)
  }
}
