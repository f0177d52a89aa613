internal import CHiredis
package import NIOCore

/// hiredis's `redisReader`: bytes in as they arrive, replies out.
///
/// Unsafe because it wraps a C object. `reader` and `functions` are allocated in `init`, freed in `deinit`, and never
/// leave this file. hiredis calls back only inside `redisReaderGetReply`, that is, inside `next()`, while `self`
/// keeps `builder` alive; so an unretained reference to it is enough.
package final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder: ReplyBuilder
    private let limits: ReplyLimits

    package init(limits: ReplyLimits) throws(ReplyFault) {
        functions = .allocate(capacity: 1)
        functions.initialize(to: replyFunctions())
        guard let reader = redisReaderCreateWithFunctions(functions) else {
            functions.deallocate()
            throw .outOfMemory
        }
        self.reader = reader
        self.limits = limits
        builder = ReplyBuilder(limits: limits)
        reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        // Above this much unused room hiredis gives the buffer back as soon as it is empty, to allocate it anew at the
        // next read. What `feed` lets in at most, doubled by sds when it grows, stays below: the buffer is kept.
        reader.pointee.maxbuf = 4 * limits.bytes
    }

    deinit {
        redisReaderFree(reader)
        functions.deallocate()
    }

    /// Hands over what was read from the socket. Take all replies with `next()` before feeding again.
    package func feed(_ bytes: ByteBuffer) throws(ReplyFault) {
        let unconsumed = reader.pointee.len - reader.pointee.pos
        guard unconsumed + bytes.readableBytes <= limits.bytes else { throw .tooLarge }
        let status = bytes.withUnsafeReadableBytes { pointer in
            redisReaderFeed(reader, pointer.baseAddress?.assumingMemoryBound(to: CChar.self), pointer.count)
        }
        guard status == REDIS_OK else { throw fault() }
    }

    /// The next complete reply, nil when more bytes are needed.
    package func next() throws(ReplyFault) -> RedisReply? {
        var ignored: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &ignored) == REDIS_OK else { throw fault() }
        return builder.take()
    }

    private func fault() -> ReplyFault {
        if let refusal = builder.refusal { return refusal }
        return reader.pointee.err == REDIS_ERR_OOM ? .outOfMemory : .malformed
    }
}

// MARK: - hiredis calling back

/// The reader wants to be given an object for each piece and only asks that it is not null. The objects are in the
/// builder, so any valid pointer will do: the builder's own.
private typealias Task = UnsafePointer<redisReadTask>

private func replyFunctions() -> redisReplyObjectFunctions {
    redisReplyObjectFunctions(
        createString: { task, text, length in
            guard let task else { return nil }
            return add(stringReply(type: task.pointee.type, UnsafeRawBufferPointer(start: text, count: length)), task)
        },
        createArray: { task, count in
            guard let task, builder(of: task)?.beginArray(count: Int(count)) == true else { return nil }
            return task.pointee.privdata
        },
        createInteger: { task, value in
            guard let task else { return nil }
            return add(.integer(value), task)
        },
        createNil: { task in
            guard let task else { return nil }
            return add(.absent, task)
        },
        freeObject: { _ in })
}

private func stringReply(type: CInt, _ bytes: UnsafeRawBufferPointer) -> RedisReply {
    switch type {
    case REDIS_REPLY_STATUS: .status(Array(bytes))
    case REDIS_REPLY_ERROR: .error(ErrorReply(bytes))
    default: .string(Array(bytes))  // hiredis makes only strings, statuses and errors here
    }
}

private func add(_ reply: RedisReply, _ task: Task) -> UnsafeMutableRawPointer? {
    builder(of: task)?.add(reply)
    return task.pointee.privdata
}

private func builder(of task: Task) -> ReplyBuilder? {
    task.pointee.privdata.map { Unmanaged<ReplyBuilder>.fromOpaque($0).takeUnretainedValue() }
}
