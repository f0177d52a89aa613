import ProxyEngine
import Testing

@Suite("A request's framing fields are each there at most once and in one form (RFC 9112 §6)")
struct RequestFramingTests {
    static let framings: [([String], BodyFraming)] = [
        ([], .none),
        (["Content-Length: 0"], .none),
        (["Content-Length: 000"], .none),
        (["Content-Length: 1"], .length(1)),
        (["content-length:42"], .length(42)),
        (["CONTENT-LENGTH:\t 7 \t"], .length(7)),
        (["Content-Length: 007"], .length(7)),
        (["Content-Length: 9223372036854775807"], .length(.max)),
        (["Content-Length: 0000000000000000001"], .length(1)),
        (["Transfer-Encoding: chunked"], .chunked),
        (["transfer-encoding:CHUNKED"], .chunked),
        (["Transfer-Encoding:\tChunked\t "], .chunked),
    ]

    @Test("A framing is read", arguments: framings)
    func reads(fields: [String], framing: BodyFraming) {
        for method in ["POST", "GET", "HEAD", "DELETE", "x"] {
            #expect(readRequest(request(method, fields)).parts?.framing == framing)
        }
    }

    static let malformed: [([String], RequestFault)] = [
        (["Content-Length:"], .contentLength),
        (["Content-Length: \t "], .contentLength),
        (["Content-Length: +1"], .contentLength),
        (["Content-Length: -1"], .contentLength),
        (["Content-Length: -0"], .contentLength),
        (["Content-Length: 0x10"], .contentLength),
        (["Content-Length: 1e3"], .contentLength),
        (["Content-Length: 1.0"], .contentLength),
        (["Content-Length: a"], .contentLength),
        (["Content-Length: 1a"], .contentLength),
        (["Content-Length: 1 2"], .contentLength),
        (["Content-Length: 1\t2"], .contentLength),
        (["Content-Length: 1,1"], .contentLength),
        (["Content-Length: 1, 1"], .contentLength),
        (["Content-Length: ,1"], .contentLength),
        (["Content-Length: 1;a"], .contentLength),
        (["Content-Length: \"1\""], .contentLength),
        (["Content-Length: 1_000"], .contentLength),
        (["Content-Length: \u{B9}"], .contentLength),
        (["Content-Length: 9223372036854775808"], .contentLength),
        (["Content-Length: 18446744073709551616"], .contentLength),
        (["Content-Length: 18446744073709551617"], .contentLength),
        (["Content-Length: 99999999999999999999999999"], .contentLength),
        (["Content-Length: 00000000000000000001"], .contentLength),
        (["Content-Length: 1", "Content-Length: 1"], .contentLengthRepeated),
        (["Content-Length: 1", "Content-Length: 2"], .contentLengthRepeated),
        (["Content-Length: 0", "X: y", "content-length: 0"], .contentLengthRepeated),
        (["Transfer-Encoding:"], .transferEncoding),
        (["Transfer-Encoding: chunked, chunked"], .transferEncoding),
        (["Transfer-Encoding: chunked,"], .transferEncoding),
        (["Transfer-Encoding: ,chunked"], .transferEncoding),
        (["Transfer-Encoding: chunked;a=b"], .transferEncoding),
        (["Transfer-Encoding: chunked chunked"], .transferEncoding),
        (["Transfer-Encoding: gzip"], .transferEncoding),
        (["Transfer-Encoding: gzip, chunked"], .transferEncoding),
        (["Transfer-Encoding: chunked, gzip"], .transferEncoding),
        (["Transfer-Encoding: identity"], .transferEncoding),
        (["Transfer-Encoding: chunked, identity"], .transferEncoding),
        (["Transfer-Encoding: xchunked"], .transferEncoding),
        (["Transfer-Encoding: chunkedx"], .transferEncoding),
        (["Transfer-Encoding: x-chunked"], .transferEncoding),
        (["Transfer-Encoding: \"chunked\""], .transferEncoding),
        (["Transfer-Encoding: 'chunked'"], .transferEncoding),
        (["Transfer-Encoding: chunke\u{E4}"], .transferEncoding),
        (["Transfer-Encoding: \u{A0}chunked"], .transferEncoding),
        (["Transfer-Encoding: chunked\u{85}"], .transferEncoding),
        (["Transfer-Encoding: chun\tked"], .transferEncoding),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], .transferEncodingRepeated),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], .transferEncodingRepeated),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: cow"], .transferEncodingRepeated),
        (["Transfer-Encoding: identity", "Transfer-Encoding: chunked"], .transferEncoding),
        (["Transfer-Encoding: chunked", "Content-Length: 1"], .lengthAndTransferEncoding),
        (["Content-Length: 0", "Transfer-Encoding: chunked"], .lengthAndTransferEncoding),
        (["Content-Length: 5", "X: y", "Transfer-Encoding: Chunked"], .lengthAndTransferEncoding),
    ]

    @Test("Any other framing is refused", arguments: malformed)
    func refuses(fields: [String], fault: RequestFault) {
        for method in ["POST", "GET", "OPTIONS"] {
            #expect(readRequest(request(method, fields)).outcome == .malformed(fault))
        }
    }

    @Test("Blanks before the colon and folds are refused in framing fields too")
    func refusesDisguises() {
        for name in ["Content-Length", "Transfer-Encoding"] {
            let value = name == "Content-Length" ? "1" : "chunked"
            #expect(
                readRequest(request("POST", ["\(name) : \(value)"])).outcome == .malformed(.field(.blankBeforeColon)))
            #expect(readRequest(request("POST", ["\(name):", " \(value)"])).outcome == .malformed(.field(.folded)))
            #expect(
                readRequest(request("POST", ["\(name): \(value)\u{B}"])).outcome
                    == .malformed(.field(.illegalValueOctet)))
            #expect(
                readRequest(request("POST", ["\(name): \u{0}\(value)"])).outcome
                    == .malformed(.field(.illegalValueOctet)))
            #expect(
                readRequest(request("POST", ["X: y\n\(name): \(value)"])).outcome == .malformed(.field(.bareLineFeed)))
        }
    }

    static let lookalikes = [
        "Content_Length", "Content.Length", "ContentLength", "Content--Length", "-Content-Length", "Content-Length-",
        "content!length",
        "CONTENT~LENGTH", "C-o-n-t-e-n-t-Length", "Content-Length'", "Transfer_Encoding", "Transfer.Encoding",
        "TransferEncoding",
        "transfer-encoding-", "_Transfer-Encoding", "Transfer|Encoding",
    ]

    @Test("A name that folds to a framing field is refused, whatever it says", arguments: lookalikes)
    func refusesLookalikes(name: String) {
        for value in ["", "0", "1", "chunked"] {
            #expect(readRequest(request("POST", ["\(name): \(value)"])).outcome == .malformed(.framingLookalike))
        }
    }

    @Test(
        "Names that only resemble one pass",
        arguments: ["X-Content-Length", "Content-Lengths", "Content-Len", "Transfer-Encodin", "TE2"])
    func passesOthers(name: String) {
        #expect(readRequest(request("POST", ["\(name): 5"])).parts?.framing == BodyFraming.none)
    }

    @Test("HTTP/1.0 has no transfer codings")
    func refusesCodingsInHTTP10() {
        let outcome = readRequest("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").outcome
        #expect(outcome == .malformed(.transferEncodingInOldVersion))
        #expect(readRequest("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n").parts?.framing == .length(3))
    }

    private func request(_ method: String, _ fields: [String]) -> String {
        "\(method) / HTTP/1.1\r\nHost: a\r\n\(fields.map { "\($0)\r\n" }.joined())\r\n"
    }
}
