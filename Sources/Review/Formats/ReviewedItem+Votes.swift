import Files

extension ReviewedItem {
  /// The votes that nobody took back, without those by which that was done.
  var votesInForce: [Vote] {
    var votes: [Vote] = []
    for vote in self.votes {
      guard vote.kind == .undo else {
        votes.append(vote)
        continue
      }
      if let last = votes.lastIndex(where: { $0.person.hasSameCodePoints(as: vote.person) }) { votes.remove(at: last) }
    }
    return votes
  }
}
