internal import NIOCore

/// Requests that the gateway answers itself: their bodies are collected, within a limit.
extension ClientConnection {
    func collect(_ collection: BodyCollection, _ exchange: Exchange) {
        if case .length(let length) = exchange.head.framing, length > collection.limit {
            return answer(.bodyTooLarge, exchange)
        }
        exchange.collection = collection
        deadline = worker.coarseNow + worker.limits.stallTimeout
        guard !exchange.machine.requestIsComplete else { return collected(exchange) }
        if exchange.head.traits.contains(.expectsContinue) {
            write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        collectBody(exchange)
        resumeReading()
    }

    /// Takes what is here of the body.
    func collectBody(_ exchange: Exchange) {
        while true {
            switch exchange.requestBody.next(&input) {
            case .data(var piece):
                exchange.requestOctets += piece.readableBytes
                guard exchange.requestOctets <= exchange.collection?.limit ?? 0 else {
                    var refusal = Refusal.bodyTooLarge
                    refusal.closes = true
                    return answer(refusal, exchange)
                }
                exchange.collection?.collected.writeBuffer(&piece)
            case .needMore: return bodyProgressed(exchange)
            case .end:
                exchange.machine.requestCompleted()
                return collected(exchange)
            case .malformed(let fault): return answer(Refusal(fault), exchange)
            }
        }
    }

    private func collected(_ exchange: Exchange) {
        deadline = worker.coarseNow + worker.limits.responseTimeout
        guard let collection = exchange.collection else { return }
        exchange.collection?.collected = ByteBuffer()
        collection.completion(collection.collected)
    }

    func answer(_ response: LocalResponse, _ exchange: Exchange) {
        let fate = exchange.machine.answered(bodyIsSkippable: canSkipBody(of: exchange), closes: worker.isDraining)
        exchange.result.status = response.status
        var out = ByteBuffer()
        exchange.result.responseOctets = response.write(
            id: exchange.id, isHead: exchange.head.traits.contains(.isHead), closes: exchange.machine.mustClose,
            date: worker.dateLine(), added: exchange.responseLines, to: &out)
        write(out)
        end(exchange, fate)
    }
}
