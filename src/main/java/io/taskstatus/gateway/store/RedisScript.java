package io.taskstatus.gateway.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What Redis does in one step for all replicas. Times are microseconds of Redis's own clock, in decimal. */
enum RedisScript {
    /**
     * Writes a result once. KEYS result, mark; ARGV value, the mark that the fetch began under or {@code ?}, and where
     * that is not known the time when it began. Answers {@code kept}, {@code purged}, or the value that stands.
     */
    KEEP("""
            local mark = redis.call('GET', KEYS[2])
            if mark then
              if ARGV[2] == '?' then
                if tonumber(mark) >= tonumber(ARGV[3]) then return {'purged'} end
              elseif mark ~= ARGV[2] then
                return {'purged'}
              end
            end
            local standing = redis.call('GET', KEYS[1])
            if not standing then
              redis.call('SET', KEYS[1], ARGV[1])
              return {'kept'}
            end
            if standing == ARGV[1] then return {'same'} end
            return {'other', standing}
            """),

    /** Removes a value that is not what was written. KEYS result; ARGV value. */
    DROP("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
            return 0
            """),

    /**
     * Takes the lease, or says what there is instead. KEYS lease, outcome, mark, result, awaited; ARGV token, the lease's
     * milliseconds, when the caller came or 0, and the oldest outcome it takes in microseconds or -1 for a fresh one.
     * Answers with now and the mark, after {@code result} and its value, {@code outcome}, its value, age and time known,
     * {@code busy} and the lease's milliseconds, which leaves word that somebody waits, or {@code leased}.
     */
    ACQUIRE("""
            local t = redis.call('TIME')
            local text = t[1] .. string.format('%06d', t[2])
            local now = tonumber(text)
            local mark = redis.call('GET', KEYS[3]) or ''
            local result = redis.call('GET', KEYS[4])
            if result then return {text, mark, 'result', result} end
            local o = redis.call('HMGET', KEYS[2], 'at', 'until', 'since')
            if o[1] then
              local at = tonumber(o[1])
              local youngest = tonumber(ARGV[4])
              local came = tonumber(ARGV[3])
              local fresh = youngest < 0 and now < tonumber(o[2]) or now - at < youngest
              if fresh or (came > 0 and at >= came) then
                return {text, mark, 'outcome', redis.call('HGET', KEYS[2], 'value'),
                        string.format('%.0f', now - at), string.format('%.0f', at - tonumber(o[3]))}
              end
            end
            if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return {text, mark, 'leased'} end
            redis.call('SET', KEYS[5], '1', 'PX', 5000)
            return {text, mark, 'busy', tostring(redis.call('PTTL', KEYS[1]))}
            """),

    /** Goes on holding the lease. KEYS lease; ARGV token, milliseconds. */
    RENEW("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
            return 0
            """),

    /**
     * Ends the lease and leaves an outcome. KEYS lease, outcome, mark, awaited; ARGV token, mark that the fetch began under,
     * value or nothing, shortest and longest freshness in microseconds, whether what was known before still counts, the
     * outcome's milliseconds, channel, message. A message goes to every replica, so it is sent only where one waits.
     * Does nothing where the lease is another's.
     */
    PUBLISH("""
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            redis.call('DEL', KEYS[1])
            if ARGV[3] ~= '' and (redis.call('GET', KEYS[3]) or '') == ARGV[2] then
              local t = redis.call('TIME')
              local text = t[1] .. string.format('%06d', t[2])
              local now = tonumber(text)
              local since = text
              if ARGV[6] == '1' then since = redis.call('HGET', KEYS[2], 'since') or text end
              local fresh = math.floor((now - tonumber(since)) / 10)
              fresh = math.max(tonumber(ARGV[4]), math.min(tonumber(ARGV[5]), fresh))
              -- the last blink is of no use to anybody
              fresh = math.max(0, fresh - 20000)
              redis.call('HSET', KEYS[2], 'at', text, 'since', since, 'value', ARGV[3],
                         'until', string.format('%.0f', now + fresh))
              redis.call('PEXPIRE', KEYS[2], ARGV[7])
            end
            if redis.call('DEL', KEYS[4]) == 1 then redis.call('PUBLISH', ARGV[8], ARGV[9]) end
            return 1
            """),

    /** Removes all of an id and leaves a mark. KEYS result, outcome, lease, mark; ARGV the mark's milliseconds. */
    PURGE("""
            local t = redis.call('TIME')
            local now = t[1] .. string.format('%06d', t[2])
            redis.call('SET', KEYS[4], now, 'PX', ARGV[1])
            local removed = redis.call('DEL', KEYS[1])
            redis.call('DEL', KEYS[2], KEYS[3])
            return {now, removed}
            """),

    /** Tells replicas of a purge. KEYS stream; ARGV id, time, replica, most entries, channel, message. */
    ANNOUNCE("""
            redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'id', ARGV[1], 'at', ARGV[2], 'by', ARGV[3])
            redis.call('PUBLISH', ARGV[5], ARGV[6])
            return 1
            """),

    /** Marks an id as purged at a time that is known. KEYS mark; ARGV time, milliseconds. */
    REMARK("""
            local mark = redis.call('GET', KEYS[1])
            if not mark or tonumber(mark) < tonumber(ARGV[1]) then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            end
            return 1
            """),

    /**
     * What a replica asks again and again. KEYS purges, pause, epoch; ARGV the last purge known, a name for an epoch, the
     * most purges to tell. Answers with now, the epoch, the pause or nothing, its milliseconds, and the purges.
     */
    BEAT("""
            local t = redis.call('TIME')
            local epoch = redis.call('GET', KEYS[3])
            if not epoch then
              epoch = ARGV[2]
              redis.pcall('SET', KEYS[3], epoch)
            end
            return {t[1] .. string.format('%06d', t[2]), epoch,
                    redis.call('GET', KEYS[2]) or '', tostring(redis.call('PTTL', KEYS[2])),
                    redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[3])}
            """),

    /** Pauses everybody, unless a longer pause stands. KEYS pause; ARGV value, milliseconds, channel, message. */
    PAUSE("""
            if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
              redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
              redis.call('PUBLISH', ARGV[3], ARGV[4])
            end
            return 1
            """);

    private final String text;
    private final String sha1;

    RedisScript(String text) {
        this.text = text;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            this.sha1 = HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    String text() {
        return text;
    }

    /** The name by which Redis knows it once it has seen it. */
    String sha1() {
        return sha1;
    }
}
