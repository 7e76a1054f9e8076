using System.Diagnostics;
using System.Text;
using ProdReady.Bench.Measuring;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Bench.Webhooks;

/// <summary>What it costs to verify a Stripe event of 1 KB, against Stripe's own library.</summary>
internal static class VerifyBenchmark
{
    private const int Rounds = 201;
    private const int Events = 2_000;

    /// <summary>Until the runtime has compiled the paths for good.</summary>
    private const int WarmUpRounds = 100;

    private const int Tolerance = 300;

    public static async Task<Comparison> RunAsync(CancellationToken cancellationToken)
    {
        var request = new SignedEvent(new StripeEvents(TimeProvider.System));
        for (var round = 0; round < WarmUpRounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Measure(request.Verify);
            Measure(request.VerifyByStripe);
        }

        var (ours, reference) = await Alternating.MedianAsync(
            Rounds, () => Task.FromResult(Measure(request.Verify)), () => Task.FromResult(Measure(request.VerifyByStripe)));
        Console.WriteLine($"  {Allocated(request.Verify):0.00} B allocated an event, {Allocated(request.VerifyByStripe):#,0} B by Stripe.net");
        return new Comparison(ours, reference, "ns", "Stripe.net's EventUtility.ValidateSignature", "at most 0.50, 0 B allocated");
    }

    /// <returns>Nanoseconds an event.</returns>
    private static double Measure(Action verify)
    {
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < Events; number++)
        {
            verify();
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Events;
    }

    private static double Allocated(Action verify)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var number = 0; number < Events; number++)
        {
            verify();
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Events;
    }

    /// <summary>One request. Both get the body in the form that they take: bytes here, text there.</summary>
    private sealed class SignedEvent
    {
        private readonly byte[] _body;
        private readonly string _text;
        private readonly string _header;
        private readonly WebhookSource _source = new(
            "stripe", new SourceOptions { Secret = StripeEvents.Secret }, WebhookProviders.All["stripe"]);
        private readonly DateTimeOffset _receivedAt;
        private readonly HeaderDictionary _headers;

        public SignedEvent(StripeEvents events)
        {
            var id = StripeEvents.NewId();
            _body = events.Body(id);
            _text = Encoding.ASCII.GetString(_body);
            _header = $"t={events.Time},v1={events.Sign(id)}";
            _receivedAt = DateTimeOffset.FromUnixTimeSeconds(events.Time);
            _headers = new() { ["Stripe-Signature"] = _header };
        }

        public void Verify()
        {
            var verdict = _source.Verify(new SignedRequest(_headers, _body, "", _receivedAt)).Verdict;
            if (verdict is not SignatureVerdict.Valid)
            {
                throw new InvalidOperationException($"The event is {verdict}.");
            }
        }

        /// <summary>Throws if the signature is not good.</summary>
        public void VerifyByStripe() =>
            Stripe.EventUtility.ValidateSignature(_text, _header, StripeEvents.Secret, Tolerance, _receivedAt.ToUnixTimeSeconds());
    }
}
