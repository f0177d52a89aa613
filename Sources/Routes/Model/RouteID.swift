/// The identity of a rule: its position among the rules of its file.
package struct RouteID: Sendable, Hashable {
    package let index: Int

    package init(index: Int) {
        self.index = index
    }
}
