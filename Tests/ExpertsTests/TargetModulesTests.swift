import Decoder
import Experts
import Testing

/// Are places named as PEFT names them, and anything else refused?
@Suite struct TargetModulesTests {
  @Test func names() throws {
    #expect(try LowRankShape.projections(named: "all-linear") == Projection.allCases)
    #expect(try LowRankShape.projections(named: "v_proj,q_proj") == [.query, .value])
    #expect(try LowRankShape.projections(named: "gate_proj, up_proj, down_proj") == LowRankShape.feedForwardProjections)
  }

  @Test(arguments: ["", "q_proj,", "q", "q_proj,q_proj", "all", "q_proj,all-linear", "Q_PROJ"])
  func refused(text: String) {
    #expect {
      try LowRankShape.projections(named: text)
    } throws: {
      "\($0)".contains("target-modules") && "\($0)".contains("all-linear, or some of q_proj,k_proj")
    }
  }
}
