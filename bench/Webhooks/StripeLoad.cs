using ProdReady.Bench.Measuring;

namespace ProdReady.Bench.Webhooks;

/// <summary>
/// One run of wrk that sends every event once. Lua has no HMAC, so the events are signed before, and the script reads id and
/// signature of each from a file, in which all have the same length; the rest of a request is the same for all.
/// </summary>
internal sealed class StripeLoad : IAsyncDisposable
{
    /// <summary>More than any machine takes in one run.</summary>
    private const int Events = 35_000 * Wrk.Seconds;

    private readonly string _records = Path.GetTempFileName();
    private readonly string _script = Path.GetTempFileName();

    private StripeLoad()
    {
    }

    public static async Task<StripeLoad> CreateAsync(CancellationToken cancellationToken)
    {
        var load = new StripeLoad();
        var events = new StripeEvents(TimeProvider.System);
        await using (var records = File.CreateText(load._records))
        {
            for (var number = 0; number < Events; number++)
            {
                var id = StripeEvents.NewId();
                await records.WriteAsync(id);
                await records.WriteAsync(events.Sign(id));
            }
        }

        await File.WriteAllTextAsync(load._script, Script(load._records, events), cancellationToken);
        return load;
    }

    public async Task<WrkResult> RunAsync(Uri service, CancellationToken cancellationToken) =>
        await Wrk.MeasureAsync(new(new Uri(service, "webhooks/stripe")) { Script = _script }, cancellationToken);

    public ValueTask DisposeAsync()
    {
        File.Delete(_records);
        File.Delete(_script);
        return ValueTask.CompletedTask;
    }

    /// <remarks>Whoever has no event left asks for what does not exist, at which the run fails: no event may come twice.</remarks>
    private static string Script(string records, StripeEvents events) => $$$"""
        local records = io.open("{{{records}}}", "rb")
        local head = "POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json; charset=utf-8\r\n" ..
          "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nContent-Length: {{{StripeEvents.BodyBytes}}}\r\n" ..
          "Stripe-Signature: t={{{events.Time}}},v1="
        local prefix = '{{{StripeEvents.Prefix}}}'
        local suffix = '{{{events.Suffix}}}'
        function request()
          local id = records:read({{{StripeEvents.IdLength}}})
          if id == nil then
            return "GET /no-event-left HTTP/1.1\r\nHost: localhost\r\n\r\n"
          end
          return head .. records:read(64) .. "\r\n\r\n" .. prefix .. id .. suffix
        end
        """;
}
