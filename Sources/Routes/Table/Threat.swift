/// What the spellings of a path may be decided by, for one class of methods: enough to tell in two comparisons
/// whether one of them has another WHO than a given rule and isn't less specific.
struct Threat: Sendable, Hashable {
    /// The most specific rule's rank and WHO.
    private var rank = Int32.max
    private var access: Int32 = -1
    /// The rank of the most specific rule with another WHO than that.
    private var otherRank = Int32.max

    mutating func add(rank: Int32, access: Int32) {
        if access == self.access {
            self.rank = min(self.rank, rank)
        } else if rank < self.rank {
            (otherRank, self.rank, self.access) = (self.rank, rank, access)
        } else {
            otherRank = min(otherRank, rank)
        }
    }

    func concerns(rank: Int32, access: Int32) -> Bool {
        (access == self.access ? otherRank : self.rank) <= rank
    }
}
