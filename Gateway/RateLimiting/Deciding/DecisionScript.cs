using System.Buffers.Text;
using ProdReady.Gateway.RateLimiting.Policies;
using StackExchange.Redis;

namespace ProdReady.Gateway.RateLimiting.Deciding;

/// <summary>Speaks to Decide.lua.</summary>
internal static class DecisionScript
{
    private const int ArgumentsOfItem = 9;

    private static readonly string Text = ReadText("Decide.lua");
    private static readonly string RenewText = ReadText("Renew.lua");

    private static readonly RedisValue[] Algorithms = ["sliding", "fixed", "bucket", "concurrency"];

    /// <summary>Asks several questions in one round trip, and fills in the answers.</summary>
    public static async Task AskAsync(IDatabase redis, IReadOnlyList<DecisionQuestion> questions, TimeSpan timeout)
    {
        var count = questions.Sum(question => question.Items.Length);
        var keys = new RedisKey[count];
        var arguments = new RedisValue[(count * ArgumentsOfItem) + questions.Count];
        Write(questions, keys, arguments);
        var answer = await redis.ScriptEvaluateAsync(Text, keys, arguments).WaitAsync(timeout);
        Read(((byte[]?)answer).AsSpan(), questions);
    }

    /// <summary>Says of requests under way that they still are.</summary>
    public static Task RenewAsync(IDatabase redis, RedisKey key, RedisValue[] arguments) =>
        redis.ScriptEvaluateAsync(RenewText, [key], arguments);

    private static void Write(IReadOnlyList<DecisionQuestion> questions, RedisKey[] keys, RedisValue[] arguments)
    {
        var (key, next) = (0, 0);
        foreach (var question in questions)
        {
            arguments[next++] = question.Items.Length;
            foreach (var item in question.Items)
            {
                keys[key++] = item.Use.Partition.Key;
                arguments[next++] = Algorithms[(int)item.Use.Policy.Algorithm];
                arguments[next++] = item.Use.Policy.IsShadow ? 0 : 1;
                arguments[next++] = item.Use.Quota.Limit;
                arguments[next++] = item.Use.Quota.WindowMicroseconds;
                arguments[next++] = item.Cost;
                arguments[next++] = item.Want;
                arguments[next++] = item.Debt;
                arguments[next++] = item.Use.Policy.Algorithm == RateLimitAlgorithm.Concurrency ? item.RunningId : item.Mark;
                arguments[next++] = item.Refund;
            }
        }
    }

    private static void Read(ReadOnlySpan<byte> text, IReadOnlyList<DecisionQuestion> questions)
    {
        foreach (var question in questions)
        {
            foreach (var item in question.Items)
            {
                item.Answer = new(
                    Number(ref text) == 1, (int)Number(ref text), Number(ref text), (int)Number(ref text), Number(ref text), Number(ref text));
            }
        }
    }

    private static long Number(ref ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long number, out var length))
        {
            throw new FormatException("Redis answered the rate limiter's script with less than was asked.");
        }

        text = length < text.Length ? text[(length + 1)..] : [];
        return number;
    }

    private static string ReadText(string name)
    {
        using var stream = typeof(DecisionScript).Assembly.GetManifestResourceStream(typeof(DecisionScript), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
