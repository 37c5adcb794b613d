import Files
import Foundation
import Review
import Testing

/// May a row do what the table says, and nothing else?
@Suite struct RowUseTests {
  @Test(arguments: [
    (RowOrigin.coinCalibrate, false, true, false), (.coinMonitor, false, false, true), (.queue, true, false, false),
    (.automatic, false, false, false), (.appeal, true, false, false),
  ])
  func table(origin: RowOrigin, train: Bool, calibrate: Bool, measure: Bool) {
    let row = RowStanding(origin: origin, isFinal: true)
    #expect((RowUse.train.refusal(of: row) == nil) == train)
    #expect((RowUse.calibrate.refusal(of: row) == nil) == calibrate)
    #expect((RowUse.measure.refusal(of: row) == nil) == measure)
  }

  @Test func aCalibrationRowTeachesOnceItsCertificateHasExpired() {
    func refusal(_ certificate: RowStanding.Certificate) -> RowRefusal? {
      RowUse.train.refusal(of: RowStanding(origin: .coinCalibrate, isFinal: true, certificate: certificate))
    }
    #expect(refusal(.none) == .certificateInForce && refusal(.current) == .certificateInForce)
    #expect(refusal(.expired) == nil)
  }

  @Test(arguments: RowUse.allCases, RowOrigin.allCases)
  func nothingWithoutAFinalLabel(use: RowUse, origin: RowOrigin) {
    #expect(use.refusal(of: RowStanding(origin: origin, isFinal: false)) != nil)
  }

  @Test func aPlantedRowIsFoundByItsDigest() throws {
    let digests = ["a", "b", "c"].map(SyntheticRows.digest)
    let good = RowStanding(origin: .queue, isFinal: true)
    try RowUse.train.require(digests) { _ in good }
    #expect(throws: CertificationError.forbiddenRows(use: .train, count: 1, first: digests[1], reason: .ownOpinion)) {
      try RowUse.train.require(digests) {
        $0 == digests[1] ? RowStanding(origin: .automatic, isFinal: true) : good
      }
    }
    #expect(throws: CertificationError.forbiddenRows(use: .train, count: 3, first: digests[0], reason: .unknown)) {
      try RowUse.train.require(digests) { _ in nil }
    }
  }
}
