/// The members of one JSON object, read as strictly as claims are: for bodies of requests.
package struct JSONObject {
    package enum Value: Equatable {
        case string([UInt8])
        case boolean(Bool)
        /// A number, null, an array or an object.
        case other
    }

    /// In the order of the text; no name stands twice.
    package let members: [(name: [UInt8], value: Value)]

    package enum Fault: Error {
        case notJSON(JSONFault)
        case notObject
    }

    package init(_ text: [UInt8]) throws(Fault) {
        var reader = JSONReader()
        let value: JSONValue
        do throws(JSONFault) { value = try reader.read(text.span) } catch { throw .notJSON(error) }
        guard value.kind == .object, var walk = JSONWalk(value) else { throw .notObject }
        var members: [(name: [UInt8], value: Value)] = []
        while let (name, value) = walk.nextMember(in: text.span) {
            members.append((Self.string(name, text), Self.value(value, text)))
        }
        self.members = members
    }

    private static func value(_ value: JSONValue, _ text: [UInt8]) -> Value {
        switch value.kind {
        case .string, .escapedString: .string(string(value, text))
        case .true: .boolean(true)
        case .false: .boolean(false)
        case .integer, .decimal, .null, .object, .array: .other
        }
    }

    private static func string(_ value: JSONValue, _ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        JSONStringBytes.append(value, in: text.span, to: &output)
        return output
    }
}
