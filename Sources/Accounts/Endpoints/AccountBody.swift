internal import AuthFilter

/// A body read strictly: JSON by content type, one object, the members that the endpoint knows and no others.
struct AccountBody {
    private let members: [(name: [UInt8], value: JSONObject.Value)]

    static let empty = AccountBody(members: [])

    private init(members: [(name: [UInt8], value: JSONObject.Value)]) { self.members = members }

    /// - Parameter names: what may stand in it.
    init(_ request: AccountRequest, names: [String]) throws(AccountRefusal) {
        guard request.contentTypes.count == 1, Self.isJSON(request.contentTypes[0]) else {
            throw AccountRefusal(.unsupportedMediaType, "the body must be sent as Content-Type: application/json")
        }
        do throws(JSONObject.Fault) { members = try JSONObject(request.body).members } catch {
            throw AccountRefusal(.validationFailed, "the body is not one JSON object")
        }
        let known = names.map { Array($0.utf8) }
        let strangers = members.filter { !known.contains($0.name) }
        guard strangers.isEmpty else {
            throw Self.refusal(
                strangers.map { .init(name: String(decoding: $0.name, as: UTF8.self), problem: "is not known here") })
        }
    }

    static func refusal(_ fields: [AccountRefusal.Field]) -> AccountRefusal {
        var refusal = AccountRefusal(
            .validationFailed, fields.map { "\($0.name) \($0.problem)" }.joined(separator: "; "))
        refusal.fields = fields
        return refusal
    }

    func string(_ name: String) throws(AccountRefusal) -> String? {
        switch value(name) {
        case .string(let bytes)?: return String(decoding: bytes, as: UTF8.self)
        case .boolean?, .other?: throw Self.refusal([.init(name: name, problem: "must be a string")])
        case nil: return nil
        }
    }

    func boolean(_ name: String) throws(AccountRefusal) -> Bool? {
        switch value(name) {
        case .boolean(let value)?: return value
        case .string?, .other?: throw Self.refusal([.init(name: name, problem: "must be true or false")])
        case nil: return nil
        }
    }

    /// Strings that have to be there; all that are missing or no strings are named at once.
    func strings(_ names: String...) throws(AccountRefusal) -> [String] {
        var fields: [AccountRefusal.Field] = []
        var values: [String] = []
        for name in names {
            switch value(name) {
            case .string(let bytes)?: values.append(String(decoding: bytes, as: UTF8.self))
            case .boolean?, .other?: fields.append(.init(name: name, problem: "must be a string"))
            case nil: fields.append(.init(name: name, problem: "is required"))
            }
        }
        guard fields.isEmpty else { throw Self.refusal(fields) }
        return values
    }

    private func value(_ name: String) -> JSONObject.Value? { members.first { $0.name == Array(name.utf8) }?.value }

    /// `application/json`, with no parameter but `charset=utf-8`.
    private static func isJSON(_ type: [UInt8]) -> Bool {
        let parts = String(decoding: type, as: UTF8.self).lowercased().split(separator: ";").map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        guard parts.first == "application/json" else { return false }
        return parts.count == 1 || parts.count == 2 && (parts[1] == "charset=utf-8" || parts[1] == "charset=\"utf-8\"")
    }
}
