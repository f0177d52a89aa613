/// How much a client may send (RFC 9113 §6.9), of one stream or of all of a connection: opened again by what was taken, when
/// half of it is used up. A value without I/O.
struct HTTP2Window {
    private let target: Int
    /// As the client knows it; nil: nothing was sent yet that would count.
    private var size: Int?
    /// Octets that have come and wait to be taken.
    private var held = 0
    /// Nothing more is to come.
    var isClosed = false

    init(target: Int) { self.target = target }

    mutating func received(_ octets: Int) { held += octets }

    /// - Returns: by how much to open it.
    mutating func taken(_ octets: Int) -> Int? {
        held -= octets
        return increment
    }

    /// - Returns: by how much to open it.
    mutating func changed(to size: Int) -> Int? {
        self.size = size
        return increment
    }

    mutating func changed(by delta: Int) { size = size.map { $0 + delta } }

    private var increment: Int? {
        guard !isClosed, let size else { return nil }
        let room = size + held
        return room <= target / 2 ? min(target - room, Int(Int32.max)) : nil
    }
}
