using System.Globalization;
using StackExchange.Redis;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>
/// All changes in one order. Redis numbers them, keeps the last ones in a list and publishes them: who misses a message sees the gap in
/// the numbers and reads the list. Where that does not reach back far enough, or Redis has lost its memory, nothing that this process
/// remembers can be trusted.
/// </summary>
internal sealed class ChangeFeed(CacheRedis redis)
{
    /// <summary>How many changes Redis keeps.</summary>
    public const int LogLength = 10_000;

    private readonly string _newEpoch = Guid.NewGuid().ToString("N")[..12];
    private readonly Lock _position = new();
    private string _epoch = "";
    private long _number = -1;
    private volatile string? _fence;

    /// <summary>What a change of another process does to this one's memory.</summary>
    public event Action<Change>? Changed;

    /// <summary>Changes may have been lost for good.</summary>
    public event Action? Lost;

    /// <summary>The last removal by pattern that is known; <see langword="null"/> before the first look.</summary>
    public string? Fence => _fence;

    /// <summary>Adds the commands that announce a change to a batch, behind those that make it.</summary>
    /// <remarks>
    /// As EVAL: where a server has forgotten a script, the library sends it anew, but as a command of the same batch, which by then is
    /// sent, and nobody ever gets an answer.
    /// </remarks>
    public Task AnnounceIn(IDatabaseAsync batch, Change change) => AnnounceAsync(batch, change, CommandFlags.NoScriptCache);

    /// <summary>Announces a change by itself.</summary>
    public Task<bool> AnnounceAsync(IDatabase database, Change change) => DoneAsync(AnnounceAsync(database, change, CommandFlags.None));

    /// <summary>The fence as Redis has it now.</summary>
    public async Task<string> ReadFenceAsync(IDatabase database)
    {
        var state = await database.HashGetAsync(redis.Keys.State, ["epoch", "fence"]);
        return $"{state[0]}:{state[1]}";
    }

    /// <summary>A message of the channel: the epoch, the number, the process, the change.</summary>
    public void Receive(string? message)
    {
        var parts = message?.Split('|', 3) ?? [];
        if (parts.Length == 3 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            lock (_position)
            {
                if (parts[0] == _epoch && number <= _number)
                {
                    return;
                }

                // Behind a gap the number stays, so that the next look reads the list
                _number = parts[0] == _epoch && number == _number + 1 ? number : _number;
            }

            Apply(parts[2], $"{parts[0]}:{number}");
        }
    }

    /// <summary>Looks where the feed stands, and applies what no message told.</summary>
    public async Task<bool> LookAsync(IDatabase database)
    {
        string knownEpoch;
        long known;
        lock (_position)
        {
            (knownEpoch, known) = (_epoch, _number);
        }

        var answer = (RedisResult[])(await database.ScriptEvaluateAsync(
            CacheScripts.Look, [redis.Keys.State, redis.Keys.Log], [_newEpoch, knownEpoch, known, LogLength]))!;
        var (epoch, number, changes) = ((string)answer[0]!, (long)answer[1], (string[])answer[3]!);
        _fence = $"{epoch}:{answer[2]}";
        foreach (var change in changes)
        {
            Apply(change, fence: null);
        }

        lock (_position)
        {
            // Messages that came in meanwhile may have led further
            _number = epoch == _epoch ? Math.Max(_number, number) : number;
            _epoch = epoch;
        }

        if (epoch != knownEpoch || number < known || changes.Length < number - known)
        {
            Lost?.Invoke();
        }

        return true;
    }

    private Task<RedisResult> AnnounceAsync(IDatabaseAsync database, Change change, CommandFlags flags) => database.ScriptEvaluateAsync(
        CacheScripts.Announce,
        [redis.Keys.State, redis.Keys.Log],
        [_newEpoch, change.Encode(redis.Node), redis.Keys.Channel.ToString(), LogLength, change.Kind == ChangeKind.PatternBegun ? 1 : 0],
        flags);

    private static async Task<bool> DoneAsync(Task task)
    {
        await task;
        return true;
    }

    private void Apply(string? text, string? fence)
    {
        if (Change.Decode(text) is not var (node, change))
        {
            return;
        }

        if (change.Kind == ChangeKind.PatternBegun && fence is not null)
        {
            _fence = fence;
        }

        if (node != redis.Node)
        {
            Changed?.Invoke(change);
        }
    }
}
