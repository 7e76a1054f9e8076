using System.Security.Cryptography;
using System.Text;

namespace ProdReady.Bench.Webhooks;

/// <summary>Events of 1 KB as Stripe sends them, each with an id of its own.</summary>
internal sealed class StripeEvents
{
    public const string Secret = "whsec_of_the_benchmarks_only";
    public const int BodyBytes = 1024;

    /// <summary>Without the prefix <c>evt_</c>. Random, since an index must not find that the ids come in order.</summary>
    public const int IdLength = 24;

    private static readonly byte[] Key = Encoding.ASCII.GetBytes(Secret);

    /// <summary>Events that are signed now, good for five minutes.</summary>
    public StripeEvents(TimeProvider time)
    {
        Time = time.GetUtcNow().ToUnixTimeSeconds();
        Suffix = Fill($$"""
            ","object":"event","api_version":"2025-09-30.clover","created":{{Time}},"type":"invoice.paid","livemode":true,
            "pending_webhooks":1,"request":{"id":"req_8hFwTzXU1nVCxQ","idempotency_key":null},"data":{"object":{
            "id":"in_1SAqQ2LkdIwHu7ixraBm8m1P","object":"invoice","account_country":"US","amount_due":1999,"amount_paid":1999,
            "currency":"usd","customer":"cus_T8wZkYq6VbQ1aB","status":"paid","description":"
            """.Replace("\n", "", StringComparison.Ordinal));
    }

    public long Time { get; }

    /// <summary>What stands before the id.</summary>
    public static string Prefix => """{"id":"evt_""";

    /// <summary>What follows it.</summary>
    public string Suffix { get; }

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    public byte[] Body(string id) => Encoding.ASCII.GetBytes($"{Prefix}{id}{Suffix}");

    /// <summary>The value of <c>v1</c>.</summary>
    public string Sign(string id) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Key, Encoding.ASCII.GetBytes($"{Time}.{Prefix}{id}{Suffix}")));

    private static string Fill(string start)
    {
        const string End = "\"}}}";
        return start.PadRight(BodyBytes - Prefix.Length - IdLength - End.Length, '.') + End;
    }
}
