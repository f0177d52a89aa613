internal import NIOCore

/// Requests that the gateway answers itself: their bodies are collected, within a limit.
extension Exchange {
    func collect(_ collection: BodyCollection) {
        if case .length(let length) = head.framing, length > collection.limit { return answer(.bodyTooLarge) }
        self.collection = collection
        wait(loop.limits.stallTimeout)
        guard !machine.requestIsComplete else { return collected() }
        if head.traits.contains(.expectsContinue) {
            client?.write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
        let client = client
        collectBody()
        client?.resumeReading()
    }

    /// Takes what is here of the body.
    func collectBody() {
        guard let client else { return }
        while true {
            switch requestBody.next(&client.input) {
            case .data(var piece):
                requestOctets += piece.readableBytes
                guard requestOctets <= collection?.limit ?? 0 else {
                    var refusal = Refusal.bodyTooLarge
                    refusal.closes = true
                    return answer(refusal)
                }
                collection?.collected.writeBuffer(&piece)
            case .needMore: return bodyProgressed()
            case .end:
                machine.requestCompleted()
                return collected()
            case .malformed(let fault): return answer(Refusal(fault))
            }
        }
    }

    private func collected() {
        wait(loop.limits.responseTimeout)
        guard let collection else { return }
        self.collection?.collected = ByteBuffer()
        collection.completion(collection.collected)
    }
}
