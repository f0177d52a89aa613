/// The methods that a table tells apart.
///
/// A method that no rule names is decided like every other such method, by the rules that say `*`; so an answer
/// is kept for a handful of classes, not for each of 64 methods.
struct MethodClasses: Sendable {
    /// The class of each method, by its number.
    private let classes: [UInt8]
    /// One method of each class. The last class is CONNECT's and TRACE's, which no rule matches.
    let representatives: [Method]

    init(named: MethodSet) {
        var classes = [UInt8](repeating: 0, count: 64)
        var representatives: [Method] = [.unregistered]
        for number in 0..<UInt8(64) where named.contains(Method(number: number)) {
            classes[Int(number)] = UInt8(representatives.count)
            representatives.append(Method(number: number))
        }
        for method in [Method.connect, .trace] {
            classes[Int(method.number)] = UInt8(representatives.count)
        }
        representatives.append(.connect)
        self.classes = classes
        self.representatives = representatives
    }

    var count: Int { representatives.count }

    func index(of method: Method) -> Int { Int(classes[Int(method.number)]) }
}
